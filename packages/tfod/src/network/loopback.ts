/** Whether a host, as it stands in an address, is this machine: nobody is between a machine and itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
