// A React page with the hooks of @harelpls/use-pusher.
import React, { useEffect, useState } from 'react';
import { render, unmountComponentAtNode } from 'react-dom';
import {
  PusherProvider, useChannel, useClientTrigger, useEvent, usePresenceChannel, usePusher,
} from '@harelpls/use-pusher';

const { key, options } = window.settings;
const h = React.createElement;
const root = document.getElementById('app');

window.program = { unmount: () => unmountComponentAtNode(root) };

function Chat() {
  const channel = useChannel('private-chat');
  const [lines, setLines] = useState([]);
  const whisper = useClientTrigger(channel);
  useEffect(() => {
    channel?.bind('pusher:subscription_succeeded', () => window.tell('subscribed', channel.name));
  }, [channel]);
  useEvent(channel, 'line', ({ text }) => setLines((before) => [...before, text]));
  useEvent(channel, 'client-typing', ({ name }) => setLines((before) => [...before, `${name} types`]));
  window.program.typing = (name) => void whisper('client-typing', { name });
  return h('p', {}, lines.join(', '));
}

function Room() {
  const { members, me, count } = usePresenceChannel('presence-room');
  const names = Object.values(members).map(({ name }) => name).sort();
  return h('p', {}, ` | ${count}: ${names.join(', ')}; I am ${me?.id}`);
}

function Page() {
  const { client } = usePusher();
  window.program.state = () => client.connection.state;
  window.program.channels = () => client.allChannels().map(({ name }) => name);
  useEffect(() => {
    const observer = new MutationObserver(() => window.tell('shown', root.textContent));
    observer.observe(root, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, []);
  return h('div', {}, h(Chat), h(Room));
}

render(
  h(PusherProvider, { clientKey: key, ...options, authEndpoint: '/broadcasting/auth' }, h(Page)),
  root,
);
