export default class Pusher { static load(source?: unknown): Promise<void>; constructor(key: string, options?: object); }
