#include "server/host_secure.h"

#include "server/host_dev_certificate.h"

enum { DAYS_TO_WARN = 14 };

static void tell_time_left(const px_server *server, const px_certificate *certificate, time_t now) {
    int days = px_certificate_days_left(certificate, now);
    if (days < DAYS_TO_WARN)
        px_host_log(server, PX_LOG_WARNING,
                    "the TLS certificate expires in %d days: renew it and send SIGHUP", days);
}

/* From the files. */
static int use_files(px_server *server, char *why, size_t size) {
    const px_server_options *options = &server->options;
    px_certificate certificate;
    time_t now = time(NULL);
    int result =
        px_certificate_read(options->tls_cert, options->tls_key, now, &certificate, why, size);
    if (result != PX_OK)
        return result;
    result = server->tls ? px_tls_use(server->tls, &certificate, why, size)
                         : px_tls_new(&certificate, &server->tls, why, size);
    if (result == PX_OK)
        tell_time_left(server, &certificate, now);
    px_certificate_free(&certificate);
    return result;
}

static int use_development(px_server *server, char *why, size_t size) {
    const px_server_options *options = &server->options;
    px_dev_certificate made;
    int result = px_dev_certificate_make(options->tls_dev_ca, time(NULL), &made, why, size);
    if (result != PX_OK)
        return result;
    if (size > 0 && why[0] != '\0')
        px_host_log(server, PX_LOG_WARNING, "%s; the certificate signs itself", why);
    if (options->tls_dev_cert.len > 0)
        result = px_dev_certificate_save(&made, options->tls_dev_cert, why, size);
    if (result == PX_OK)
        result = px_tls_new(&made.certificate, &server->tls, why, size);
    if (result == PX_OK)
        px_host_log(server, PX_LOG_INFORMATION,
                    "made a certificate for localhost, good for %d days%s",
                    (int)PX_DEV_CERTIFICATE_DAYS,
                    made.is_signed ? ", signed by the authority of this machine" : "");
    px_dev_certificate_free(&made);
    return result;
}

int px_host_start_tls(px_server *server, char *why, size_t size) {
    if (server->options.tls_listen.count == 0)
        return PX_OK;
    return server->options.tls_dev ? use_development(server, why, size)
                                   : use_files(server, why, size);
}

void px_host_reload_tls(px_server *server) {
    char why[PX_SERVER_ERROR_SIZE] = "out of memory";
    if (!server->tls || server->options.tls_dev)
        px_host_log(server, PX_LOG_INFORMATION, "there is no certificate to read again");
    else if (use_files(server, why, sizeof why) == PX_OK)
        px_host_log(server, PX_LOG_INFORMATION, "new connections get the new certificate");
    else
        px_host_log(server, PX_LOG_ERROR, "%s; the certificate from before stays in use", why);
}
