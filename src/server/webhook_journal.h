/* A small file that says how many events wait for each webhook, so that a server that was killed can
 * say on its next start what was lost. It holds numbers only: not the events.
 *
 * Each change is one write of 72 bytes to the system, which keeps it when the process dies, whatever
 * the reason; only when the machine dies with it may the last seconds be missing. The file is read
 * with suspicion, for anybody may have written it, and is locked against a second server. */
#ifndef PX_SERVER_WEBHOOK_JOURNAL_H
#define PX_SERVER_WEBHOOK_JOURNAL_H

#include "server/webhook_queue.h"

typedef struct px_webhook_journal px_webhook_journal;

/* Opens the file or makes it, says through `log` what the one before has left, and begins anew with
 * the queue's lanes. A file that is none of ours, or damaged, is renamed to PATH.damaged.
 * PX_ERR_STATE: it can't be used, or another server uses it; `why` then says what is wrong, as one
 * sentence, cut at `size`. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_webhook_journal_open(px_slice path, const px_webhook_queue *queue,
                                          const px_webhook_queue_host *log,
                                          px_webhook_journal **journal, char *why, size_t size);

/* Notes how the lane stands. False: the system did not take it (errno says why). */
bool px_webhook_journal_note(px_webhook_journal *journal, size_t lane,
                             const px_webhook_backlog *backlog);

/* NULL is fine. What was noted last stays in the file. */
void px_webhook_journal_free(px_webhook_journal *journal);

#endif
