/* The default tree (docs/protocol.md, "Strategy"), as data. */
#include "core/strategy.h"

/* All loops try again for ever, for 15, 30, 60, 60... seconds. */
#define LOOP .kind = PX_NODE_SEQUENTIAL, .ms = 15000, .max_ms = 60000

#define DELAYED(delay_ms) .kind = PX_NODE_DELAYED, .ms = (delay_ms)

#define TRANSPORT(type)                                                                            \
    { .kind = PX_NODE_TRANSPORT, .transport = PX_TRANSPORT_TYPE_##type }

#define IF_SUPPORTED(node) .kind = PX_NODE_IF, .test = PX_TEST_SUPPORTED, .tested = (node)

const px_node px_strategy_tree[PX_NODE_COUNT] = {
    [PX_NODE_ROOT] = {.kind = PX_NODE_CACHED, .children = {PX_NODE_FIRST}},
    [PX_NODE_FIRST] = {.kind = PX_NODE_FIRST_CONNECTED, .children = {PX_NODE_BY_SUPPORT}},
    [PX_NODE_BY_SUPPORT] = {IF_SUPPORTED(PX_NODE_WS),
                            .children = {PX_NODE_BY_TLS, PX_NODE_HTTP_FALLBACK}},
    [PX_NODE_BY_TLS] = {.kind = PX_NODE_IF,
                        .test = PX_TEST_USING_TLS,
                        .children = {PX_NODE_TLS, PX_NODE_PLAIN}},

    [PX_NODE_TLS] = {.kind = PX_NODE_BEST_CONNECTED_EVER,
                     .children = {PX_NODE_WS_LOOP, PX_NODE_DELAYED_HTTP_TLS}},
    [PX_NODE_PLAIN] = {.kind = PX_NODE_BEST_CONNECTED_EVER,
                       .children = {PX_NODE_WS_LOOP, PX_NODE_DELAYED_WSS,
                                    PX_NODE_DELAYED_HTTP_PLAIN}},
    [PX_NODE_DELAYED_WSS] = {DELAYED(2000), .children = {PX_NODE_WSS_LOOP}},
    [PX_NODE_DELAYED_HTTP_TLS] = {DELAYED(2000), .children = {PX_NODE_HTTP_FALLBACK}},
    [PX_NODE_DELAYED_HTTP_PLAIN] = {DELAYED(5000), .children = {PX_NODE_HTTP_FALLBACK}},
    [PX_NODE_WS_LOOP] = {LOOP, .children = {PX_NODE_WS}},
    [PX_NODE_WSS_LOOP] = {LOOP, .children = {PX_NODE_WSS}},

    [PX_NODE_HTTP_FALLBACK] = {IF_SUPPORTED(PX_NODE_HTTP_LOOP),
                               .children = {PX_NODE_HTTP_LOOP, PX_NODE_SOCKJS_LOOP}},
    /* The loop around the choice makes it anew when streaming has lost its last life. */
    [PX_NODE_HTTP_LOOP] = {LOOP, .children = {PX_NODE_HTTP_BY_SUPPORT}},
    [PX_NODE_HTTP_BY_SUPPORT] = {IF_SUPPORTED(PX_NODE_STREAMING_LOOP),
                                 .children = {PX_NODE_HTTP, PX_NODE_POLLING_LOOP}},
    [PX_NODE_HTTP] = {.kind = PX_NODE_BEST_CONNECTED_EVER,
                      .children = {PX_NODE_STREAMING_LOOP, PX_NODE_DELAYED_POLLING}},
    [PX_NODE_STREAMING_LOOP] = {LOOP, .children = {PX_NODE_XHR_STREAMING}},
    [PX_NODE_DELAYED_POLLING] = {DELAYED(4000), .children = {PX_NODE_POLLING_LOOP}},
    [PX_NODE_POLLING_LOOP] = {LOOP, .children = {PX_NODE_XHR_POLLING}},
    [PX_NODE_SOCKJS_LOOP] = {LOOP, .children = {PX_NODE_SOCKJS}},

    [PX_NODE_WS] = TRANSPORT(WS),
    [PX_NODE_WSS] = TRANSPORT(WSS),
    [PX_NODE_XHR_STREAMING] = TRANSPORT(XHR_STREAMING),
    [PX_NODE_XHR_POLLING] = TRANSPORT(XHR_POLLING),
    [PX_NODE_SOCKJS] = TRANSPORT(SOCKJS),
};
