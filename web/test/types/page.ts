// What pages put into the platform is what their own library of types has.
import Pusher from 'pusher-c';

Pusher.Runtime.createXHR = () => {
  const xhr = new XMLHttpRequest();
  xhr.withCredentials = true;
  return xhr;
};
Pusher.Runtime.getXHRAPI = () => XMLHttpRequest;
Pusher.Runtime.createWebSocket = (url) => new WebSocket(url, 'protocol');
Pusher.Runtime.getWebSocketAPI = () => WebSocket;
Pusher.Runtime.getLocalStorage = () => sessionStorage;
const title: string | undefined = Pusher.Runtime.getDocument?.().title;

declare global {
  interface Window {
    Pusher: typeof Pusher;
  }
}
window.Pusher = Pusher;

export { title };
