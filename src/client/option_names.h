/* The members of pusher_options that stand for options of the core, and their names there, which are
 * those of pusher-js. Sentences about options and the documentation are made of it. */
#ifndef PX_CLIENT_OPTION_NAMES_H
#define PX_CLIENT_OPTION_NAMES_H

/* X(member, "nameInTheCore") */
#define PX_CLIENT_OPTION_NAMES(X)                                                                  \
    X(cluster, "cluster")                                                                          \
    X(host, "wsHost")                                                                              \
    X(port, "wsPort")                                                                              \
    X(tls_port, "wssPort")                                                                         \
    X(path, "wsPath")                                                                              \
    X(plain, "plain")                                                                              \
    X(enabled_transports, "enabledTransports")                                                     \
    X(disabled_transports, "disabledTransports")                                                   \
    X(activity_timeout, "activityTimeout")                                                         \
    X(pong_timeout, "pongTimeout")                                                                 \
    X(unavailable_timeout, "unavailableTimeout")                                                   \
    X(http_host, "httpHost")                                                                       \
    X(http_port, "httpPort")                                                                       \
    X(https_port, "httpsPort")                                                                     \
    X(http_path, "httpPath")                                                                       \
    X(ignore_null_origin, "ignoreNullOrigin")                                                      \
    X(auth_endpoint, "authEndpoint")                                                               \
    X(auth_transport, "authTransport")                                                             \
    X(auth_params, "auth.params")                                                                  \
    X(auth_headers, "auth.headers")                                                                \
    X(auth_timeout, "authTimeout")                                                                 \
    X(auth_batch, "authBatch")                                                                     \
    X(auth_batch_size, "authBatchSize")                                                            \
    X(user_auth_endpoint, "userAuth.endpoint")                                                     \
    X(user_auth_transport, "userAuth.transport")                                                   \
    X(user_auth_params, "userAuth.params")                                                         \
    X(user_auth_headers, "userAuth.headers")                                                       \
    X(enable_stats, "enableStats")                                                                 \
    X(disable_stats, "disableStats")                                                               \
    X(stats_host, "statsHost")                                                                     \
    X(timeline_params, "timelineParams")                                                           \
    X(max_channels, "maxChannels")                                                                 \
    X(max_outbound, "maxOutbound")                                                                 \
    X(log_level, "logLevel")

#endif
