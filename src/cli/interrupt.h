/* Ctrl-C and SIGTERM as something that poll can wait for. */
#ifndef PX_CLI_INTERRUPT_H
#define PX_CLI_INTERRUPT_H

/* From now on SIGINT and SIGTERM make the returned descriptor readable instead of ending the
 * process. -1: the system has no descriptor left; then they end it as ever. Call it once. */
int px_cli_interrupt_fd(void);

#endif
