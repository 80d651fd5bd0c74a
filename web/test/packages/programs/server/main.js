// A server that renders a page whose code uses the library: it is imported, nothing more.
import Pusher from 'pusher-c';

const view = ({ items }) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
console.log(view({ items: [typeof Pusher, Pusher.instances.length, typeof window, typeof document] }));
