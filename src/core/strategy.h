/* How a connection is sought (docs/protocol.md, "Strategy"): a tree of static data, and the
 * interpreter that runs it. The interpreter opens and closes transports; connection.c is told how
 * it ends. */
#ifndef PX_CORE_STRATEGY_H
#define PX_CORE_STRATEGY_H

#include "core/transport.h"

typedef enum px_node_kind {
    PX_NODE_TRANSPORT = 1,       /* one attempt with one transport */
    PX_NODE_SEQUENTIAL,          /* the children in turn, for ever, each with a time limit */
    PX_NODE_DELAYED,             /* the child, after a delay */
    PX_NODE_BEST_CONNECTED_EVER, /* all children at once; a success ends those of lower priority */
    PX_NODE_FIRST_CONNECTED,     /* the child; its first success ends the rest below */
    PX_NODE_IF,                  /* one child or the other, as the test says */
    PX_NODE_CACHED,              /* what worked last, alone; then the child */
} px_node_kind;

typedef enum px_node_test {
    PX_TEST_USING_TLS,
    PX_TEST_SUPPORTED, /* of the node `tested` */
} px_node_test;

/* Every node of the default tree; parents come before their children. PX_NODE_NOTHING stands for
 * "not there". */
enum {
    PX_NODE_NOTHING,
    PX_NODE_ROOT,
    PX_NODE_FIRST,
    PX_NODE_BY_SUPPORT,
    PX_NODE_BY_TLS,
    PX_NODE_TLS,
    PX_NODE_PLAIN,
    PX_NODE_DELAYED_WSS,
    PX_NODE_DELAYED_HTTP_TLS,
    PX_NODE_DELAYED_HTTP_PLAIN,
    PX_NODE_WS_LOOP,
    PX_NODE_WSS_LOOP,
    PX_NODE_HTTP_FALLBACK,
    PX_NODE_HTTP_LOOP,
    PX_NODE_HTTP_BY_SUPPORT,
    PX_NODE_HTTP,
    PX_NODE_STREAMING_LOOP,
    PX_NODE_DELAYED_POLLING,
    PX_NODE_POLLING_LOOP,
    PX_NODE_SOCKJS_LOOP,
    PX_NODE_WS,
    PX_NODE_WSS,
    PX_NODE_XHR_STREAMING,
    PX_NODE_XHR_POLLING,
    PX_NODE_SOCKJS,
    PX_NODE_COUNT,
};

enum { PX_NODE_MAX_CHILDREN = 3 };

typedef struct px_node {
    px_node_kind kind;
    uint8_t children[PX_NODE_MAX_CHILDREN]; /* IF: then, else */
    px_node_test test;                      /* IF */
    uint8_t tested;                         /* IF */
    uint32_t ms;                            /* DELAYED: the delay; SEQUENTIAL: first time limit */
    uint32_t max_ms;                        /* SEQUENTIAL: the limit doubles up to this */
    px_transport_type transport;            /* TRANSPORT */
} px_node;

extern const px_node px_strategy_tree[PX_NODE_COUNT];

/* What the interpreter remembers of one node while it runs. */
typedef struct px_node_run {
    bool running;
    bool resting; /* SEQUENTIAL: its turn has failed, the next comes at `deadline` */
    uint8_t parent;
    uint8_t turn;        /* SEQUENTIAL: which child has its turn */
    uint8_t trying;      /* BEST_CONNECTED_EVER: how many children still run */
    uint8_t cached;      /* CACHED: the node of the transport that is tried alone */
    uint32_t limit_ms;   /* SEQUENTIAL: of the attempt under way */
    uint64_t started_at; /* CACHED: when what runs now was started */
    uint64_t deadline;   /* SEQUENTIAL, DELAYED, CACHED: or PX_NO_DEADLINE */
    px_id transport;     /* TRANSPORT */
} px_node_run;

typedef struct px_strategy {
    px_node_run runs[PX_NODE_COUNT];
    uint8_t min_priority; /* transports below this are not tried any more in this run */
    bool failure_counted; /* since a loop last began a turn after a rest */
} px_strategy;

/* True when at least one way to connect is enabled. */
bool px_strategy_supported(const px_core *core);

bool px_strategy_running(const px_core *core);

/* Starts to seek. The strategy must not be running. */
void px_strategy_start(px_core *core);

/* Ends all attempts. */
void px_strategy_stop(px_core *core);

/* The transport of a TRANSPORT node failed: it is closed already. */
void px_strategy_attempt_failed(px_core *core, uint8_t node);

/* The transport of a TRANSPORT node succeeded and was taken out of the tree. */
void px_strategy_attempt_succeeded(px_core *core, uint8_t node);

/* The transport of a TRANSPORT node, closed already, brought the service's word to end all
 * attempts: it works, whatever the word is. The caller stops the strategy. */
void px_strategy_attempt_answered(px_core *core, uint8_t node);

uint64_t px_strategy_deadline(const px_core *core);
void px_strategy_tick(px_core *core);

#endif
