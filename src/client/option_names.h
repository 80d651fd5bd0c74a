/* The members of pusher_options that stand for options of the core, whose names are those of pusher-js.
 * They are read by this table, and sentences about options and the documentation are made of it. */
#ifndef PX_CLIENT_OPTION_NAMES_H
#define PX_CLIENT_OPTION_NAMES_H

/* X(member, member of px_options) */
#define PX_CLIENT_OPTION_NAMES(X)                                                                  \
    X(cluster, cluster)                                                                            \
    X(host, ws_host)                                                                               \
    X(port, ws_port)                                                                               \
    X(tls_port, wss_port)                                                                          \
    X(path, ws_path)                                                                               \
    X(plain, plain)                                                                                \
    X(enabled_transports, enabled_transports)                                                      \
    X(disabled_transports, disabled_transports)                                                    \
    X(activity_timeout, activity_timeout)                                                          \
    X(pong_timeout, pong_timeout)                                                                  \
    X(unavailable_timeout, unavailable_timeout)                                                    \
    X(http_host, http_host)                                                                        \
    X(http_port, http_port)                                                                        \
    X(https_port, https_port)                                                                      \
    X(http_path, http_path)                                                                        \
    X(ignore_null_origin, ignore_null_origin)                                                      \
    X(auth_endpoint, auth_endpoint)                                                                \
    X(auth_transport, auth_transport)                                                              \
    X(auth_params, auth_params)                                                                    \
    X(auth_headers, auth_headers)                                                                  \
    X(auth_timeout, auth_timeout)                                                                  \
    X(auth_batch, auth_batch)                                                                      \
    X(auth_batch_size, auth_batch_size)                                                            \
    X(user_auth_endpoint, user_auth_endpoint)                                                      \
    X(user_auth_transport, user_auth_transport)                                                    \
    X(user_auth_params, user_auth_params)                                                          \
    X(user_auth_headers, user_auth_headers)                                                        \
    X(enable_stats, enable_stats)                                                                  \
    X(disable_stats, disable_stats)                                                                \
    X(stats_host, stats_host)                                                                      \
    X(timeline_params, timeline_params)                                                            \
    X(max_channels, max_channels)                                                                  \
    X(max_outbound, max_outbound)                                                                  \
    X(log_level, log_level)

#endif
