// The looks of the page, in light and dark. The classes of colours are those of subjects.mjs.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --card: #f7f7f5; --text: #1b1d20; --muted: #5b6068; --grid: #dfe0e3; --edge: #e4e4e0;
  --ours: #1d63d8; --ours-other: #7aa5ea; --floor: #9299a1;
  --peer-0: #d9791e; --peer-1: #c2407a; --peer-2: #13897b; --peer-3: #8a5cc2; --peer-4: #97781a;
  --met: #17743a; --missed: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121417; --card: #1a1d21; --text: #e7e9ec; --muted: #a1a7b0; --grid: #30353c; --edge: #2a2f36;
    --ours: #5b9dff; --ours-other: #3a63a8; --floor: #7d858f;
    --peer-0: #f0a04b; --peer-1: #f07fb0; --peer-2: #45c4b0; --peer-3: #bb96f0; --peer-4: #d6b94a;
    --met: #57c785; --missed: #ff8d83;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 104rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif;
}
h1 { margin: 0 0 .25rem; font-size: 1.9rem; }
h2 { margin: 3rem 0 .25rem; font-size: 1.3rem; }
h3 { margin: 0 0 .5rem; font-size: .95rem; }
p { margin: .25rem 0 1rem; max-width: 50rem; }
.muted, dt { color: var(--muted); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
a { color: var(--ours); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; margin: 1rem 0; font-size: .9rem; }
dd { margin: 0; }
.plots { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 38rem), 1fr)); gap: 1rem; }
figure {
  margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--edge); border-radius: .6rem;
  overflow-x: auto;
}
figure > svg { display: block; width: 100%; min-width: 34rem; max-width: 52rem; height: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
td.number, th.number { text-align: right; }
.wide { overflow-x: auto; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--ours); }
.state { white-space: nowrap; font-weight: 600; }
.met { color: var(--met); fill: var(--met); }
.missed, .failed { color: var(--missed); fill: var(--missed); }
.failed { font-weight: 600; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .case { paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
svg .case tspan { font-weight: 600; }
svg .case .hint { font-weight: 400; fill: var(--muted); }
svg .name { text-anchor: end; }
svg .tick, svg .axis { text-anchor: middle; fill: var(--muted); }
svg .value tspan.met { fill: var(--met); }
svg .value tspan.missed { fill: var(--missed); }
svg path { fill: none; }
.grid { stroke: var(--grid); }
.base { stroke: var(--muted); }
.whisker { stroke: var(--text); stroke-width: 1.25; }
.goal { stroke: var(--missed); stroke-width: 2; stroke-dasharray: 3 2; }
.curve { stroke-width: 2; }
.ours { --of: var(--ours); } .ours-other { --of: var(--ours-other); } .floor { --of: var(--floor); }
.peer-0 { --of: var(--peer-0); } .peer-1 { --of: var(--peer-1); } .peer-2 { --of: var(--peer-2); }
.peer-3 { --of: var(--peer-3); } .peer-4 { --of: var(--peer-4); }
rect, circle, svg text.end { fill: var(--of); }
.line .curve { stroke: var(--of); }
svg text.end { font-weight: 600; }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
`;
