/* The default tree (docs/protocol.md, "Strategy"), as data. The HTTP transports are to stand beside the
 * WebSocket loops: delayed by 2000 ms in the TLS tree and by 5000 ms in the plain one, and in the
 * place of "nothing" where `ws` is not supported. */
#include "core/strategy.h"

/* All loops try again for ever, for 15, 30, 60, 60... seconds. */
#define LOOP .kind = PX_NODE_SEQUENTIAL, .loop = true, .ms = 15000, .max_ms = 60000

const px_node px_strategy_tree[PX_NODE_COUNT] = {
    [PX_NODE_ROOT] = {.kind = PX_NODE_FIRST_CONNECTED, .children = {PX_NODE_BY_SUPPORT}},
    [PX_NODE_BY_SUPPORT] = {.kind = PX_NODE_IF,
                            .test = PX_TEST_SUPPORTED,
                            .tested = PX_NODE_WS,
                            .children = {PX_NODE_BY_TLS, PX_NODE_HTTP_LOOP}},
    [PX_NODE_BY_TLS] = {.kind = PX_NODE_IF,
                        .test = PX_TEST_USING_TLS,
                        .children = {PX_NODE_TLS, PX_NODE_PLAIN}},
    [PX_NODE_TLS] = {.kind = PX_NODE_BEST_CONNECTED_EVER, .children = {PX_NODE_WS_LOOP}},
    [PX_NODE_PLAIN] = {.kind = PX_NODE_BEST_CONNECTED_EVER,
                       .children = {PX_NODE_WS_LOOP, PX_NODE_DELAYED_WSS}},
    [PX_NODE_DELAYED_WSS] = {.kind = PX_NODE_DELAYED, .ms = 2000, .children = {PX_NODE_WSS_LOOP}},
    [PX_NODE_WS_LOOP] = {LOOP, .children = {PX_NODE_WS}},
    [PX_NODE_WSS_LOOP] = {LOOP, .children = {PX_NODE_WSS}},
    [PX_NODE_HTTP_LOOP] = {LOOP, .children = {PX_NODE_XHR_STREAMING, PX_NODE_XHR_POLLING,
                                              PX_NODE_SOCKJS}},
    [PX_NODE_XHR_STREAMING] = {.kind = PX_NODE_TRANSPORT,
                               .transport = PX_TRANSPORT_TYPE_XHR_STREAMING},
    [PX_NODE_XHR_POLLING] = {.kind = PX_NODE_TRANSPORT, .transport = PX_TRANSPORT_TYPE_XHR_POLLING},
    [PX_NODE_SOCKJS] = {.kind = PX_NODE_TRANSPORT, .transport = PX_TRANSPORT_TYPE_SOCKJS},
    [PX_NODE_WS] = {.kind = PX_NODE_TRANSPORT, .transport = PX_TRANSPORT_TYPE_WS},
    [PX_NODE_WSS] = {.kind = PX_NODE_TRANSPORT, .transport = PX_TRANSPORT_TYPE_WSS},
};
