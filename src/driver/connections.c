#include "driver/connections.h"

#include "driver/easy.h"

int px_connections_new(px_connections **connections) {
    CURLSH *share = px_easy_global() ? curl_share_init() : NULL;
    if (!share)
        return PX_ERR_NO_MEMORY;
    if (curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) ||
        curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION)) {
        curl_share_cleanup(share);
        return PX_ERR_NO_MEMORY;
    }
    *connections = (px_connections *)share;
    return PX_OK;
}

void px_connections_free(px_connections *connections) {
    if (connections)
        curl_share_cleanup((CURLSH *)connections);
}
