/* The URLs of the service (docs/protocol.md, "URL"). */
#ifndef PX_CORE_URL_H
#define PX_CORE_URL_H

#include "core/options.h"
#include "core/text.h"

/* Adds HOST:PORT of the connection. The options are filled (px_options_fill). */
void px_url_add_authority(const px_options *options, bool tls, px_text *out);

/* Adds SCHEME://HOST:PORT{wsPath}/app/KEY?protocol=7&client=...&version=...&flash=false. The port
 * is always written. The key is inserted as px_text_add_path_segment has it. */
void px_url_websocket(const px_options *options, bool tls, px_text *out);

/* Adds HOST:PORT of the HTTP transports, with `moved_to` in the place of the host unless it is empty. */
void px_url_add_http_authority(const px_options *options, bool tls, px_slice moved_to,
                               px_text *out);

/* Adds SCHEME://HOST:PORT{httpPath}, with `moved_to` in the place of the host unless it is empty. */
void px_url_http_base(const px_options *options, bool tls, px_slice moved_to, px_text *out);

/* Adds /app/KEY?protocol=7&client=...&version=... in its two parts. */
void px_url_add_app(const px_options *options, px_text *out);
void px_url_add_query(const px_options *options, px_text *out);

#endif
