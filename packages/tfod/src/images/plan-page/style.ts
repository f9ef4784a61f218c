/** The colours of verdicts are told apart by lightness as well, and the verdict stands in words beside each. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1b2330; --faint: #5b6675; --line: #d5dae1;
  --edge: #aab3bf; --build: #b4530a; --build-soft: #fdf0e3; --present: #1e7145; --present-soft: #e8f5ed;
  --pull: #1f5fae; --pull-soft: #e7f0fb; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1b212a; --ink: #e6eaf0; --faint: #9aa5b4;
  --line: #333c48; --edge: #566171; --build: #f0a35c; --build-soft: #33261a; --present: #6fcf97; --present-soft: #1a2c22;
  --pull: #7db2f2; --pull-soft: #1a2636; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .75rem; }
.sum { color: var(--faint); margin: 0 0 1.5rem; }
.graph { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.graph svg { display: block; margin: 0 auto; }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.edge.cause { stroke: var(--build); stroke-width: 2.5; }
.node rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.node text { fill: var(--ink); font-size: 14px; }
.node .name { font-weight: 650; }
.node .why { fill: var(--faint); font-size: 12px; }
.node .verdict { font-size: 11.5px; font-weight: 650; text-anchor: end; }
.node:hover rect, .node:focus rect { stroke-width: 2.5; }
.build rect { fill: var(--build-soft); stroke: var(--build); } .node.build .verdict { fill: var(--build); }
.present rect { fill: var(--present-soft); stroke: var(--present); } .node.present .verdict { fill: var(--present); }
.pull rect { fill: var(--pull-soft); stroke: var(--pull); } .node.pull .verdict { fill: var(--pull); }
.image { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--faint); border-radius: 8px;
  padding: .75rem 1rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
.image:target { outline: 3px solid var(--pull); outline-offset: 2px; }
.image.build { border-left-color: var(--build); } .image.present { border-left-color: var(--present); }
.image.pull { border-left-color: var(--pull); }
.image h3 { font-size: 1rem; margin: 0; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.badge { font-size: .75rem; font-weight: 650; padding: .05rem .5rem; border-radius: 99px; border: 1px solid currentColor; }
.build .badge { color: var(--build); } .present .badge { color: var(--present); } .pull .badge { color: var(--pull); }
.image ul { margin: .4rem 0 0; padding-left: 1.2rem; }
.image p { margin: .35rem 0 0; color: var(--faint); font-size: .85rem; }
code { font: .85em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
`;
