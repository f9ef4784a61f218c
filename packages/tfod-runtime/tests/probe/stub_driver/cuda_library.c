/* Stands in for one library of the CUDA toolkit: it knows its version, and nothing else.
 *
 * Compiled once for each library with -DASK_RETURNED, -DASK_WRITTEN, -DASK_PAIR or -DASK_PROPERTY, the way in which
 * the real one is asked; -DSYMBOL, the function's name; -DCODE or -DMAJOR -DMINOR -DPATCH, its answer. With
 * -DDIES it aborts when it is loaded, with -DHANGS it waits for ever.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(DIES) || defined(HANGS)
__attribute__((constructor)) static void on_load(void) {
#ifdef DIES
  fputs("terminate called: the library is damaged\n", stderr);
  abort();
#else
  pause();
#endif
}
#endif

#if defined(ASK_RETURNED)
size_t SYMBOL(void) { return CODE; }
#elif defined(ASK_WRITTEN)
int SYMBOL(int *version) {
  *version = CODE;
  return 0;
}
#elif defined(ASK_PAIR)
int SYMBOL(int *major, int *minor) {
  *major = MAJOR;
  *minor = MINOR;
  return 0;
}
#elif defined(ASK_PROPERTY)
int SYMBOL(int part, int *value) {
  static const int parts[] = {MAJOR, MINOR, PATCH};
  if (part < 0 || part > 2) return 7;
  *value = parts[part];
  return 0;
}
#endif
