/* Stands in for the NVIDIA driver's libcuda.so.1: it answers with the codes of cuda.h and drives nothing.
 *
 * STUB_INIT            what cuInit returns (0), or `abort`, `hang`
 * STUB_DRIVER_VERSION  what cuDriverGetVersion writes (12040)
 * STUB_GPUS            one GPU each, by a semicolon: name,major,minor,bytes
 * STUB_CONTEXT         what cuDevicePrimaryCtxRetain returns (0)
 * STUB_ALLOC           what cuMemAlloc returns (0)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID_VALUE = 1, INVALID_DEVICE = 101 };
enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 };

static int number_from(const char *variable, int otherwise) {
  const char *text = getenv(variable);
  return text && *text ? atoi(text) : otherwise;
}

static int gpu(int wanted, char name[64], int *major, int *minor, unsigned long long *bytes) {
  const char *at = getenv("STUB_GPUS");
  for (int number = 0; at && *at; number++) {
    if (sscanf(at, "%63[^,],%d,%d,%llu", name, major, minor, bytes) != 4) return 0;
    if (number == wanted) return 1;
    at = strchr(at, ';');
    at = at ? at + 1 : NULL;
  }
  return 0;
}

int cuDriverGetVersion(int *version) {
  *version = number_from("STUB_DRIVER_VERSION", 12040);
  return SUCCESS;
}

int cuInit(unsigned flags) {
  const char *how = getenv("STUB_INIT");
  if (how && strcmp(how, "abort") == 0) {
    fputs("stub driver: assertion failed in cuInit\n", stderr);
    abort();
  }
  if (how && strcmp(how, "hang") == 0) {
    fputs("stub driver: waiting for a lock\n", stderr);
    pause();
  }
  return flags ? INVALID_VALUE : number_from("STUB_INIT", SUCCESS);
}

int cuGetErrorName(int error, const char **name) {
  switch (error) {
    case 2: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case 100: *name = "CUDA_ERROR_NO_DEVICE"; break;
    case 214: *name = "CUDA_ERROR_ECC_UNCORRECTABLE"; break;
    case 999: *name = "CUDA_ERROR_UNKNOWN"; break;
    default: *name = NULL; return INVALID_VALUE; /* as the driver does with a code that it does not know */
  }
  return SUCCESS;
}

int cuDeviceGetCount(int *count) {
  char name[64];
  int major, minor;
  unsigned long long bytes;
  for (*count = 0; gpu(*count, name, &major, &minor, &bytes); (*count)++) {
  }
  return SUCCESS;
}

int cuDeviceGet(int *device, int ordinal) {
  int count;
  cuDeviceGetCount(&count);
  *device = ordinal;
  return ordinal < count ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceGetName(char *name, int length, int device) {
  char found[64];
  int major, minor;
  unsigned long long bytes;
  if (!gpu(device, found, &major, &minor, &bytes)) return INVALID_DEVICE;
  snprintf(name, (size_t)length, "%s", found);
  return SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  char name[64];
  int major, minor;
  unsigned long long bytes;
  if (!gpu(device, name, &major, &minor, &bytes)) return INVALID_DEVICE;
  if (attribute != CAPABILITY_MAJOR && attribute != CAPABILITY_MINOR) return INVALID_VALUE;
  *value = attribute == CAPABILITY_MAJOR ? major : minor;
  return SUCCESS;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  char name[64];
  int major, minor;
  unsigned long long found;
  if (!gpu(device, name, &major, &minor, &found)) return INVALID_DEVICE;
  *bytes = (size_t)found;
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void **context, int device) {
  static int contexts[8];
  *context = &contexts[device & 7];
  return number_from("STUB_CONTEXT", SUCCESS);
}

int cuCtxSetCurrent(void *context) { return context ? SUCCESS : INVALID_VALUE; }

int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
  *free_bytes = *total = (size_t)1 << 30;
  return SUCCESS;
}

int cuMemAlloc_v2(uint64_t *pointer, size_t bytes) {
  *pointer = 0x7f0000000000u + bytes;
  return number_from("STUB_ALLOC", SUCCESS);
}

int cuMemFree_v2(uint64_t pointer) { return pointer ? SUCCESS : INVALID_VALUE; }

int cuDevicePrimaryCtxRelease_v2(int device) { return device < 0 ? INVALID_DEVICE : SUCCESS; }
