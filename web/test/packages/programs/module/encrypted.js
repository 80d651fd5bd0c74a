// Node with an encrypted channel: what programs for pages import is Node's own file here.
import Pusher from 'pusher-c/with-encryption';
import plain from 'pusher-c';
import { listen } from './client.js';

if (Pusher !== plain) throw new Error('there are two libraries');
listen(Pusher, 'private-encrypted-news');
