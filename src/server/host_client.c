#include "server/host_client.h"

#include <stdio.h>

#include "server/forwarded.h"
#include "server/proxy_header.h"

px_host_client px_host_client_of(const px_host_connection *connection, const px_http_head *head) {
    px_host_client client = {connection->peer, connection->is_local, connection->is_tls,
                             head->fields[PX_HTTP_ORIGIN]};
    if (!head->is_forwarded)
        return client;
    const px_ip_ranges *trusted = &connection->server->trusted;
    px_forwarded forwarded = px_forwarded_read(head->lines, trusted);
    /* Believed from anybody: nobody gains by being less. */
    client.is_local = client.is_local && forwarded.is_all_local;
    if (!px_ip_ranges_have(trusted, connection->peer))
        return client;
    if (forwarded.has_client)
        client.address = forwarded.client;
    if (forwarded.has_proto)
        client.is_tls = forwarded.is_https;
    return client;
}

bool px_host_keeps_away(const px_host_connection *connection, const px_host_client *client,
                        const px_app_options *app) {
    char text[PX_IP_TEXT_SIZE];
    if (client->is_local || !px_server_app_is_default(app))
        return false;
    px_slice address = px_ip_format(client->address, text);
    px_host_log(connection->server, PX_LOG_INFORMATION,
                "kept %.*s away from the app with the default credentials, which is for this "
                "machine only; give it a secret of its own",
                (int)address.len, address.ptr);
    return true;
}

int px_host_read_trusted(px_server *server, char *why, size_t size) {
    const px_name_list *texts = &server->options.trusted_proxies;
    void *memory = NULL;
    if (texts->count == 0)
        return PX_OK;
    int result = px_arena_alloc(&server->texts, texts->count * sizeof(px_ip_range), &memory);
    if (result != PX_OK)
        return result;
    px_ip_range *ranges = memory;
    for (size_t i = 0; i < texts->count; i++) {
        if (px_ip_range_parse(texts->items[i], &ranges[i]))
            continue;
        snprintf(why, size,
                 "'%.*s' in trusted_proxies is no address or range of them: write 10.0.0.0/8, "
                 "2001:db8::/32 or 127.0.0.1, with no bits set behind the prefix",
                 (int)(texts->items[i].len < 64 ? texts->items[i].len : 64), texts->items[i].ptr);
        return PX_ERR_ARGUMENT;
    }
    server->trusted = (px_ip_ranges){ranges, texts->count};
    return PX_OK;
}

/* ---- The PROXY protocol ---- */

static void turn_away(px_host_connection *connection, const char *why) {
    char text[PX_IP_TEXT_SIZE];
    px_slice address = px_ip_format(connection->peer, text);
    px_host_log(connection->server, PX_LOG_WARNING, "closed a connection from %.*s: %s",
                (int)address.len, address.ptr, why);
    px_host_cut(connection);
}

/* What the proxy says holds for the whole connection. */
static void believe(px_host_connection *connection, const px_proxy_header *header) {
    if (header->is_own)
        return;
    connection->is_local =
        connection->is_local && header->has_source && px_ip_is_loopback(header->source);
    /* Not told: then it is nobody that is trusted. */
    connection->peer = header->has_source ? header->source : (px_ip){{0}};
    if (header->is_tls)
        connection->is_tls = true;
}

void px_host_proxied_input(px_host_connection *connection, px_slice bytes) {
    px_proxy_header header;
    const char *why = NULL;
    if (px_buffer_append(&connection->received, bytes) != PX_OK) {
        px_host_cut(connection);
        return;
    }
    switch (px_proxy_header_read(px_buffer_slice(&connection->received), &header, &why)) {
    case PX_PROXY_MORE:
        return;
    case PX_PROXY_REFUSED:
        turn_away(connection, why);
        return;
    case PX_PROXY_DONE:
        break;
    }
    believe(connection, &header);
    px_buffer_consume(&connection->received, header.length);
    px_host_begin(connection);
}
