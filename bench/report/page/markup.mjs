// Elements as text. What comes out is well-formed XML as well as HTML.

// The elements that HTML closes by themselves, and those of plots.
const CLOSED = new Set(['meta', 'path', 'rect', 'circle']);

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escape = (text) => String(text).replace(/[&<>"]/g, (character) => ESCAPES[character]);

// Attributes that are undefined are left out; children are markup already.
export function element(name, attributes, ...children) {
  const given = Object.entries(attributes ?? {}).filter(([, value]) => value !== undefined);
  const head = [name, ...given.map(([key, value]) => `${key}="${escape(value)}"`)].join(' ');
  const inside = children.flat().filter((child) => child !== undefined);
  return CLOSED.has(name) ? `<${head}/>` : `<${head}>${inside.join('')}</${name}>`;
}

// An element that has nothing but text in it.
export const textElement = (name, attributes, text) => element(name, attributes, escape(text));

// Coordinates need no more than that.
export const place = (number) => Number(number.toFixed(1));

// A plot, with what those hear who do not see it.
export function plot(id, { width, height, title, description }, ...children) {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${place(height)}`,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`,
    },
    textElement('title', { id: `${id}-title` }, title),
    textElement('desc', { id: `${id}-description` }, description),
    ...children,
  );
}
