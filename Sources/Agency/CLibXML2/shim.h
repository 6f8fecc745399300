#pragma once
#include <libxml/xmlversion.h>
// Otherwise the headers bring the distribution's ICU, which quarrels with Foundation's own. It
// touches a structure of converters alone, which is not used here.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

// What Swift cannot call as it is: a global that is a function, and a variadic handler.

static inline void accord_xml_free(void *memory) { xmlFree(memory); }

static inline void accord_xml_say_nothing(void *context, xmlErrorPtr error) {
  (void)context;
  (void)error;
}

// Errors are answered where they happen, and never printed: they quote the document.
static inline void accord_xml_be_silent(xmlXPathContextPtr context) {
  context->error = accord_xml_say_nothing;
  xmlSetStructuredErrorFunc(NULL, accord_xml_say_nothing);
}
