#pragma once
#include <zmq.h>

// The wake-up descriptor for poll loops; Swift's own C library module leaves it out.
#include <sys/eventfd.h>

// In the C library, but its header shows it to GNU sources only.
#include <pthread.h>
int pthread_setname_np(pthread_t thread, const char *name);

// Present in Debian's library, hidden behind its draft switch in the header: with it a server
// socket refuses every peer while no ZAP handler is bound, instead of admitting everyone.
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif
