#pragma once
#include <zmq.h>

// Present in Debian's library, hidden behind its draft switch in the header: with it a server
// socket refuses every peer while no ZAP handler is bound, instead of admitting everyone.
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif
