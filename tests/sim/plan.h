/* A plan: all that is drawn from a seed before an episode begins. It is settings and operations, a list with
 * times; it can be printed, read again, and made shorter. What happens in between (latencies, what handlers
 * do) is drawn from the seed in it while the episode runs. */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { SIM_MAX_CLIENTS = 4, SIM_MAX_OPS = 64, SIM_CHANNELS = 8, SIM_USERS = 4 };

/* X(NAME, "name", plain value, lowest, highest, how seldom it is not plain: one in so many) */
#define SIM_WORLD_SETTINGS(X)                                                                      \
    X(CLIENTS, "clients", 1, 1, SIM_MAX_CLIENTS, 1)                                                \
    X(LATENCY, "latency", 5, 1, 150, 2)   /* ms, one way */                                        \
    X(JITTER, "jitter", 0, 1, 50, 2)      /* ms more, at random */                                 \
    X(LATENESS, "lateness", 0, 1, 200, 4) /* ms that timers fire late */                           \
    X(SPLIT, "split", 0, 1, 1, 2)         /* answers come in pieces */                             \
    X(SERVER_ACTIVITY, "server_activity", 30, 5, 60, 2)                                            \
    X(SERVER_PONG, "server_pong", 10, 2, 15, 2)                                                    \
    X(MAX_CONNECTIONS, "max_connections", 0, 1, 5, 12) /* beside one for each client */            \
    X(MAX_MEMBERS, "max_members", 100, 1, 2, 8)                                                    \
    X(CACHE_TTL, "cache_ttl", 1800, 1, 10, 3)                                                      \
    X(COUNTS, "subscription_count", 0, 1, 1, 3)                                                    \
    X(WEBHOOK_GRACE, "webhook_grace", 0, 1, 3000, 2)                                               \
    X(WATCH_GRACE, "watchlist_grace", 3000, 0, 3000, 2)                                            \
    X(AUTH_LATENCY, "auth_latency", 20, 1, 500, 2)                                                 \
    X(AUTHORIZED, "authorized", 0, 3, 30, 6) /* s until connections must be authorized */

#define SIM_CLIENT_SETTINGS(X)                                                                     \
    X(TRANSPORTS, "transports", 0, 1, 6, 2) /* an index of sim_transports */                       \
    X(BATCH, "auth_batch", 0, 1, 1, 3)                                                             \
    X(BATCH_SIZE, "auth_batch_size", 100, 1, 3, 3)                                                 \
    X(ASKS, "asks", 0, 1, 1, 4)     /* the application answers questions by itself */              \
    X(NESTED, "nested", 0, 1, 1, 3) /* handlers' calls are carried out at once */                  \
    X(USER, "user", 0, 0, SIM_USERS - 1, 1)                                                        \
    X(WATCHES, "watches", 0, 1, (1 << SIM_USERS) - 1, 2) /* users, as bits */                      \
    X(AS_USER, "as_user", 0, 1, 1, 6) /* joins presence channels as the signed-in user */          \
    X(ACTIVITY, "activity", 20000, 3000, 60000, 2)                                                 \
    X(PONG, "pong", 5000, 1500, 10000, 2)                                                          \
    X(UNAVAILABLE, "unavailable", 10000, 1000, 10000, 2)                                           \
    X(AUTH_TIMEOUT, "auth_timeout", 5000, 1500, 15000, 2)                                          \
    X(REACTS, "reacts", 0, 1, 25, 3) /* handlers do something, in percent */                       \
    X(STATS, "stats", 0, 1, 1, 6)                                                                  \
    X(TLS, "tls", 0, 1, 1, 3)                                                                      \
    X(LOG, "log", 1, 3, 3, 3)                                                                      \
    X(TICKS, "ticks", 0, 20, 200, 5) /* ms: tells the time that often */                           \
    X(JSONP, "jsonp", 0, 1, 1, 6)    /* authorizes by scripts */

/* What an operation's first number is. */
typedef enum sim_argument {
    SIM_NOTHING,
    SIM_CHANNEL,
    SIM_NUMBER,
    SIM_DURATION, /* ms: of a fault, which ends by itself */
} sim_argument;

/* X(NAME, "name", how often, first number, highest, what the second one is, highest, of one client) */
#define SIM_OPS(X)                                                                                 \
    X(CONNECT, "connect", 10, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                \
    X(DISCONNECT, "disconnect", 4, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                           \
    X(SUBSCRIBE, "subscribe", 40, SIM_CHANNEL, SIM_CHANNELS - 1, SIM_NOTHING, 0, true)             \
    X(UNSUBSCRIBE, "unsubscribe", 14, SIM_CHANNEL, SIM_CHANNELS - 1, SIM_NOTHING, 0, true)         \
    X(TRIGGER, "trigger", 12, SIM_CHANNEL, SIM_CHANNELS - 1, SIM_NOTHING, 0, true)                 \
    X(SIGNIN, "signin", 6, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                   \
    X(RENEW, "renew", 2, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                     \
    X(SWITCH, "switch", 1, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                   \
    X(ONLINE, "online", 2, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                   \
    X(OFFLINE, "offline", 2, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                 \
    X(CHANGED, "changed", 2, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                 \
    X(SLEEP, "sleep", 3, SIM_DURATION, 60000, SIM_NOTHING, 0, true)                                \
    X(PUBLISH, "publish", 40, SIM_CHANNEL, SIM_CHANNELS - 1, SIM_NUMBER, SIM_MAX_CLIENTS, false)   \
    X(TELL, "tell", 4, SIM_NUMBER, SIM_USERS - 1, SIM_NOTHING, 0, false)                           \
    X(CUT, "cut", 10, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                        \
    X(SILENCE, "silence", 5, SIM_NOTHING, 0, SIM_NOTHING, 0, true)                                 \
    X(STALL, "stall", 4, SIM_DURATION, 20000, SIM_NOTHING, 0, true)                                \
    X(BLOCK, "block", 5, SIM_DURATION, 40000, SIM_NUMBER, 3, true)                                 \
    X(REFUSE, "refuse", 5, SIM_DURATION, 40000, SIM_NUMBER, 3, true)                               \
    X(KICK, "kick", 6, SIM_NUMBER, 6, SIM_NOTHING, 0, true)                                        \
    X(ENDPOINT, "endpoint", 14, SIM_DURATION, 20000, SIM_NUMBER, 9, false)                         \
    X(ROTATE, "rotate", 6, SIM_NOTHING, 0, SIM_NOTHING, 0, false)                                  \
    X(CRASH, "crash", 2, SIM_DURATION, 15000, SIM_NOTHING, 0, false)                               \
    X(DRAIN, "drain", 2, SIM_DURATION, 5000, SIM_NOTHING, 0, false)                                \
    X(FLOOD, "flood", 1, SIM_CHANNEL, SIM_CHANNELS - 1, SIM_NUMBER, 40, false)                     \
    X(STARVE, "starve", 4, SIM_NUMBER, 15, SIM_NUMBER, 3, true)                                    \
    X(STARVE_SERVER, "starve_server", 2, SIM_NUMBER, 15, SIM_NUMBER, 3, false)

#define SIM_ENUM_WORLD(NAME, ...)  SIM_W_##NAME,
#define SIM_ENUM_CLIENT(NAME, ...) SIM_C_##NAME,
#define SIM_ENUM_OP(NAME, ...)     SIM_OP_##NAME,
enum { SIM_WORLD_SETTINGS(SIM_ENUM_WORLD) SIM_W_COUNT };
enum { SIM_CLIENT_SETTINGS(SIM_ENUM_CLIENT) SIM_C_COUNT };
typedef enum sim_op_kind { SIM_OPS(SIM_ENUM_OP) SIM_OP_COUNT } sim_op_kind;

typedef struct sim_op {
    uint32_t at_ms;
    sim_op_kind kind;
    uint32_t client;
    uint32_t first;
    uint32_t second;
} sim_op;

typedef struct sim_plan {
    uint64_t seed;
    uint32_t world[SIM_W_COUNT];
    uint32_t client[SIM_MAX_CLIENTS][SIM_C_COUNT];
    size_t op_count;
    sim_op ops[SIM_MAX_OPS];
} sim_plan;

typedef struct sim_setting {
    const char *name;
    uint32_t plain, low, high, one_in;
} sim_setting;
extern const sim_setting sim_world_settings[SIM_W_COUNT];
extern const sim_setting sim_client_settings[SIM_C_COUNT];
extern const char *const sim_channel_names[SIM_CHANNELS];

/* Random numbers below `limit` (at least 1), from a state that they change. */
uint64_t sim_random(uint64_t *state, uint64_t limit);

void sim_plan_draw(sim_plan *plan, uint64_t seed);
void sim_plan_print(const sim_plan *plan, FILE *out);
/* False: the text is no plan; *line is where it ends to be one. */
bool sim_plan_read(sim_plan *plan, FILE *in, int *line);
/* When its last operation, and the last of the faults, is over. */
uint64_t sim_plan_end(const sim_plan *plan);

bool sim_op_is_of_client(const sim_op *op);
/* One operation as a line of a plan, without its end. */
void sim_op_print(const sim_op *op, FILE *out);

#endif
