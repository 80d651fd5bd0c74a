#include "server/page.h"

#include "server/server.h"

static const px_slice TOP =
    PX_LITERAL("<!doctype html>\n"
               "<html lang=\"en\">\n"
               "<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<title>pusher serve</title>\n"
               "<style>\n"
               ":root { color-scheme: light dark; --line: #8884; --soft: #8881; }\n"
               "body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto;"
               " padding: 0 1rem; }\n"
               "h1 { font-size: 1.5rem; margin-bottom: 0; }\n"
               "h2 { font-size: 1.1rem; margin-top: 2rem; }\n"
               "dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1px;"
               " background: var(--line); border: 1px solid var(--line); border-radius: 8px;"
               " overflow: hidden; }\n"
               "dl div { background: Canvas; padding: .75rem 1rem; }\n"
               "dt { font-size: .8rem; opacity: .75; }\n"
               "dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }\n"
               "pre { background: var(--soft); border: 1px solid var(--line); border-radius: 8px;"
               " padding: 1rem; overflow-x: auto; }\n"
               ".note { border-left: 3px solid #c80; padding-left: 1rem; }\n"
               "</style>\n");

typedef struct writer {
    px_buffer *out;
    int result; /* sticks */
} writer;

static void put(writer *page, px_slice text) {
    if (page->result == PX_OK)
        page->result = px_buffer_append(page->out, text);
}

/* Escapes what HTML would take for its own. */
static void put_escaped(writer *page, px_slice text) {
    static const struct {
        char byte;
        px_slice entity;
    } ENTITIES[] = {{'&', PX_LITERAL("&amp;")},
                    {'<', PX_LITERAL("&lt;")},
                    {'>', PX_LITERAL("&gt;")},
                    {'"', PX_LITERAL("&quot;")},
                    {'\'', PX_LITERAL("&#39;")}};
    for (size_t i = 0; i < text.len; i++) {
        px_slice piece = px_slice_of(text.ptr + i, 1);
        for (size_t j = 0; j < sizeof ENTITIES / sizeof *ENTITIES; j++)
            if (text.ptr[i] == ENTITIES[j].byte)
                piece = ENTITIES[j].entity;
        put(page, piece);
    }
}

static void put_number(writer *page, uint64_t value) {
    char digits[20];
    put(page, px_slice_of(digits, px_u64_to_text(value, digits)));
}

static void put_fact(writer *page, px_slice name, uint64_t value) {
    put(page, PX_SLICE("<div><dt>"));
    put(page, name);
    put(page, PX_SLICE("</dt><dd>"));
    put_number(page, value);
    put(page, PX_SLICE("</dd></div>\n"));
}

/* "3 d 4 h", "4 h 5 min", "5 min 6 s", "6 s". */
static void put_duration(writer *page, uint64_t ms) {
    static const struct {
        uint64_t seconds;
        px_slice name;
    } UNITS[] = {{86400, PX_LITERAL(" d")},
                 {3600, PX_LITERAL(" h")},
                 {60, PX_LITERAL(" min")},
                 {1, PX_LITERAL(" s")}};
    uint64_t seconds = ms / 1000;
    size_t unit = 0;
    while (unit < 3 && seconds < UNITS[unit].seconds)
        unit++;
    put_number(page, seconds / UNITS[unit].seconds);
    put(page, UNITS[unit].name);
    if (unit == 3)
        return;
    put(page, PX_SLICE(" "));
    put_number(page, seconds % UNITS[unit].seconds / UNITS[unit + 1].seconds);
    put(page, UNITS[unit + 1].name);
}

static void put_webhooks(writer *page, const px_webhook_stats *stats) {
    put_fact(page, PX_SLICE("Webhook events sent"), stats->delivered);
    put_fact(page, PX_SLICE("Webhook events waiting"), stats->waiting);
    put_fact(page, PX_SLICE("Webhook events lost"), stats->given_up + stats->dropped);
    put_fact(page, PX_SLICE("Of them dropped"), stats->dropped);
    put_fact(page, PX_SLICE("Webhooks failed"), stats->failed);
    put_fact(page, PX_SLICE("Webhooks retried"), stats->retried);
}

static void put_numbers(writer *page, const px_page_facts *facts) {
    const px_hub_stats *stats = &facts->stats;
    put(page, PX_SLICE("<h1>A Pusher Channels server is running here</h1>\n<p>pusher "
                       "serve " PUSHER_VERSION_TEXT ", up for "));
    put_duration(page, facts->uptime_ms);
    put(page,
        stats->draining ? PX_SLICE(", stopping now.</p>\n<dl>\n") : PX_SLICE(".</p>\n<dl>\n"));
    put_fact(page, PX_SLICE("Apps"), stats->apps);
    put_fact(page, PX_SLICE("Connections"), stats->connections);
    put_fact(page, PX_SLICE("HTTP sessions"), facts->http_sessions);
    put_fact(page, PX_SLICE("Channels"), stats->channels);
    put_fact(page, PX_SLICE("Subscriptions"), stats->subscriptions);
    put_fact(page, PX_SLICE("Signed-in users"), stats->users);
    put_fact(page, PX_SLICE("Messages in"), stats->messages_received);
    put_fact(page, PX_SLICE("Messages out"), stats->messages_delivered);
    put_fact(page, PX_SLICE("API requests"), stats->api_requests);
    put_fact(page, PX_SLICE("Client reports"), stats->reports);
    put_fact(page, PX_SLICE("Of unknown apps"), stats->unknown_reports);
    if (facts->has_webhooks)
        put_webhooks(page, &facts->webhooks);
    put(page, PX_SLICE("</dl>\n"));
}

/* The name and the port of a Host header; the port may be missing, an IPv6 address has brackets. */
static void split_host(px_slice host, bool is_tls, px_slice *name, px_slice *port) {
    size_t colon = host.len;
    while (colon > 0 && host.ptr[colon - 1] != ':' && host.ptr[colon - 1] != ']')
        colon--;
    bool has_port = colon > 0 && host.ptr[colon - 1] == ':';
    *name = has_port ? px_slice_of(host.ptr, colon - 1) : host;
    *port = has_port ? px_slice_after(host, colon) : is_tls ? PX_SLICE("443") : PX_SLICE("80");
}

static void put_guide(writer *page, const px_page_facts *facts) {
    px_slice name;
    px_slice port;
    split_host(facts->host.len > 0 ? facts->host : PX_SLICE(PX_SERVER_DEFAULT_LISTEN),
               facts->is_tls, &name, &port);
    px_slice key = facts->has_default_app ? PX_SLICE(PX_SERVER_DEFAULT_KEY) : PX_SLICE("APP_KEY");
    put(page, PX_SLICE("<h2>Connect</h2>\n<pre>const pusher = new Pusher(\""));
    put(page, key);
    put(page, PX_SLICE("\", {\n  cluster: \"local\", wsHost: \""));
    put_escaped(page, name);
    put(page, facts->is_tls ? PX_SLICE("\", wssPort: ") : PX_SLICE("\", wsPort: "));
    put_escaped(page, port);
    if (facts->path_prefix.len > 0) {
        put(page, PX_SLICE(", wsPath: \""));
        put_escaped(page, facts->path_prefix);
        put(page, PX_SLICE("\""));
    }
    put(page, facts->is_tls ? PX_SLICE(",\n  forceTLS: true") : PX_SLICE(",\n  forceTLS: false"));
    put(page, PX_SLICE(", enabledTransports: [\"ws\"]\n});\n"
                       "pusher.subscribe(\"my-channel\").bind(\"my-event\", console.log);</pre>\n"
                       "<h2>Send an event</h2>\n"
                       "<pre>pusher trigger my-channel my-event '{\"text\":\"hi\"}'</pre>\n"));
}

static void put_notes(writer *page, const px_page_facts *facts) {
    if (facts->has_default_app)
        put(page, PX_SLICE("<p class=\"note\">This server uses the default credentials"
                           " (app id <code>" PX_SERVER_DEFAULT_ID
                           "</code>, key <code>" PX_SERVER_DEFAULT_KEY
                           "</code>, secret <code>" PX_SERVER_DEFAULT_SECRET
                           "</code>) and therefore listens on this machine only.</p>\n"));
    if (facts->dev_auth)
        put(page, PX_SLICE("<p class=\"note\">Every private and presence channel is authorized at"
                           " <code>/pusher/auth</code>, every user at "
                           "<code>/pusher/user-auth</code>: good for development only.</p>\n"));
}

int px_page_write(px_buffer *out, const px_page_facts *facts) {
    writer page = {out, PX_OK};
    put(&page, TOP);
    put_numbers(&page, facts);
    put_guide(&page, facts);
    put_notes(&page, facts);
    put(&page, PX_SLICE("</html>\n"));
    return page.result;
}
