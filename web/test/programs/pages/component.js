// A React page with the component of react-pusher: what it mounts is subscribed, what it unmounts is not.
import React, { useState } from 'react';
import { render } from 'react-dom';
import Pusher from 'pusher-js';
import Subscription, { setPusherClient } from 'react-pusher';

const { key, options } = window.settings;
const h = React.createElement;
const pusher = new Pusher(key, { ...options, authEndpoint: '/broadcasting/auth' });

setPusherClient(pusher);

function Page() {
  const [mounted, setMounted] = useState([]);
  window.program = {
    mount: setMounted,
    channels: () => pusher.allChannels().map(({ name }) => name).sort(),
  };
  return mounted.map(([channel, event]) => h(Subscription, {
    key: `${channel} ${event}`,
    channel,
    event,
    onUpdate: (data) => window.tell(`${channel} ${event}`, data),
  }));
}

render(h(Page), document.getElementById('app'));
