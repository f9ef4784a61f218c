/* Stands in for libnvidia-ml.so.1.
 *
 * STUB_NVML          what nvmlInit_v2 returns (0)
 * STUB_NVML_DRIVER   the driver's version (550.54.15)
 */
#include <stdio.h>
#include <stdlib.h>

int nvmlInit_v2(void) {
  const char *code = getenv("STUB_NVML");
  return code ? atoi(code) : 0;
}

int nvmlSystemGetDriverVersion(char *version, unsigned length) {
  const char *given = getenv("STUB_NVML_DRIVER");
  snprintf(version, length, "%s", given ? given : "550.54.15");
  return 0;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
  *count = 1;
  return 0;
}
