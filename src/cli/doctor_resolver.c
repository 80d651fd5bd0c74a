/* Finds all addresses of a name. The system's resolver blocks as long as it likes, so it works on a
 * thread of its own, which is left behind when the time is over. */
#include "cli/doctor_resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

typedef struct search {
    pthread_mutex_t lock;
    pthread_cond_t found;
    char host[PX_CLI_HOST_SIZE];
    struct addrinfo *list; /* once it is done */
    int error;             /* of getaddrinfo */
    bool done;
    bool abandoned; /* nobody waits any more: the thread frees the search */
} search;

static void search_free(search *this) {
    if (this->list)
        freeaddrinfo(this->list);
    pthread_mutex_destroy(&this->lock);
    pthread_cond_destroy(&this->found);
    free(this);
}

static void *look_up(void *context) {
    search *this = context;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(this->host, NULL, &hints, &list);
    pthread_mutex_lock(&this->lock);
    this->list = list;
    this->error = error;
    this->done = true;
    bool abandoned = this->abandoned;
    pthread_cond_signal(&this->found);
    pthread_mutex_unlock(&this->lock);
    if (abandoned)
        search_free(this);
    return NULL;
}

static search *search_start(const char *host) {
    search *this = calloc(1, sizeof *this);
    if (!this)
        return NULL;
    snprintf(this->host, sizeof this->host, "%s", host);
    pthread_mutex_init(&this->lock, NULL);
    pthread_cond_init(&this->found, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, look_up, this) != 0) {
        search_free(this);
        return NULL;
    }
    pthread_detach(thread);
    return this;
}

/* False: the time is over; the search is then the thread's. */
static bool search_wait(search *this, uint32_t seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)seconds;
    pthread_mutex_lock(&this->lock);
    int result = 0;
    while (!this->done && result == 0)
        result = pthread_cond_timedwait(&this->found, &this->lock, &until);
    bool done = this->done;
    this->abandoned = !done;
    pthread_mutex_unlock(&this->lock);
    return done;
}

static void take_addresses(px_doctor *doctor, const struct addrinfo *list) {
    for (; list && doctor->address_count < PX_DOCTOR_MAX_ADDRESSES; list = list->ai_next) {
        if (getnameinfo(list->ai_addr, list->ai_addrlen, doctor->addresses[doctor->address_count],
                        PX_DOCTOR_ADDRESS_SIZE, NULL, 0, NI_NUMERICHOST) == 0)
            doctor->address_count++;
    }
}

bool px_doctor_find_addresses(px_doctor *doctor, const char *host, const char **why) {
    search *this = search_start(host);
    if (!this) {
        *why = "there is no memory or no thread to look with";
        return false;
    }
    if (!search_wait(this, doctor->options->timeout)) {
        *why = "no name server answered in time";
        return false;
    }
    take_addresses(doctor, this->list);
    *why = this->error ? gai_strerror(this->error) : "it has none";
    search_free(this);
    return doctor->address_count > 0;
}
