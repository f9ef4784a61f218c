/** What Nx loads: the graph half of the plugin. */
export {};
