#include "driver/posts.h"

#include <fcntl.h>
#include <unistd.h>

struct px_post {
    px_post *next;
    uint64_t serial;
    px_call call;
};

static int prepare_end(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
        return PX_ERR_SYSTEM;
    return PX_OK;
}

int px_posts_init(px_posts *posts, const px_allocator *allocator) {
    *posts = (px_posts){.allocator = allocator};
    if (pipe(posts->pipe))
        return PX_ERR_SYSTEM;
    if (prepare_end(posts->pipe[0]) || prepare_end(posts->pipe[1]) ||
        pthread_mutex_init(&posts->lock, NULL)) {
        close(posts->pipe[0]);
        close(posts->pipe[1]);
        return PX_ERR_SYSTEM;
    }
    return PX_OK;
}

void px_posts_free(px_posts *posts) {
    while (posts->first) {
        px_post *post = posts->first;
        posts->first = post->next;
        px_free(posts->allocator, post, sizeof *post);
    }
    pthread_mutex_destroy(&posts->lock);
    close(posts->pipe[0]);
    close(posts->pipe[1]);
}

int px_posts_fd(const px_posts *posts) {
    return posts->pipe[0];
}

/* With the lock held. The pipe never holds more than one byte. */
static void signal_pipe(px_posts *posts) {
    if (!posts->signalled)
        posts->signalled = write(posts->pipe[1], "", 1) == 1;
}

void px_posts_wake(px_posts *posts) {
    pthread_mutex_lock(&posts->lock);
    signal_pipe(posts);
    pthread_mutex_unlock(&posts->lock);
}

void px_posts_quit(px_posts *posts) {
    pthread_mutex_lock(&posts->lock);
    posts->quit = true;
    signal_pipe(posts);
    pthread_mutex_unlock(&posts->lock);
}

bool px_posts_take_quit(px_posts *posts) {
    pthread_mutex_lock(&posts->lock);
    bool quit = posts->quit;
    posts->quit = false;
    pthread_mutex_unlock(&posts->lock);
    return quit;
}

int px_posts_add(px_posts *posts, const px_call *call) {
    px_post *post = px_alloc(posts->allocator, sizeof *post);
    if (!post)
        return PX_ERR_NO_MEMORY;
    *post = (px_post){.call = *call};
    pthread_mutex_lock(&posts->lock);
    post->serial = posts->next_serial++;
    if (posts->last)
        posts->last->next = post;
    else
        posts->first = post;
    posts->last = post;
    signal_pipe(posts);
    pthread_mutex_unlock(&posts->lock);
    return PX_OK;
}

void px_posts_drop(px_posts *posts, const void *owner) {
    pthread_mutex_lock(&posts->lock);
    px_post **link = &posts->first;
    posts->last = NULL;
    while (*link) {
        px_post *post = *link;
        if (post->call.owner == owner) {
            *link = post->next;
            px_free(posts->allocator, post, sizeof *post);
        } else {
            posts->last = post;
            link = &post->next;
        }
    }
    pthread_mutex_unlock(&posts->lock);
}

/* The oldest that is older than `limit`. One at a time, because each may drop others. */
static px_post *take(px_posts *posts, uint64_t limit) {
    pthread_mutex_lock(&posts->lock);
    px_post *post = posts->first;
    if (post && post->serial < limit) {
        posts->first = post->next;
        if (!posts->first)
            posts->last = NULL;
    } else {
        post = NULL;
    }
    pthread_mutex_unlock(&posts->lock);
    return post;
}

void px_posts_run(px_posts *posts) {
    pthread_mutex_lock(&posts->lock);
    char byte;
    if (posts->signalled && read(posts->pipe[0], &byte, 1) == 1)
        posts->signalled = false;
    uint64_t limit = posts->next_serial;
    pthread_mutex_unlock(&posts->lock);
    for (px_post *post; (post = take(posts, limit)) != NULL;) {
        post->call.run(&post->call);
        px_free(posts->allocator, post, sizeof *post);
    }
}
