/** Where log lines go: `Pusher.log` if it is set, else the console if `Pusher.logToConsole` is. */
import { LogLevel } from '../engine/exports';

export interface LogTarget {
  log?: ((message: string) => void) | undefined;
  logToConsole: boolean;
}

/** What is worth making: nothing is printed unless somebody asked for it. */
export function logLevel(target: LogTarget): LogLevel {
  return target.log || target.logToConsole ? LogLevel.Debug : LogLevel.Error;
}

/** `line` is the JSON array of what is told. */
export function log(target: LogTarget, level: LogLevel, line: string): void {
  const message = `Pusher :  : ${line}`;
  if (target.log) {
    target.log(message);
  } else if (target.logToConsole && typeof console !== 'undefined') {
    if (level === LogLevel.Error) console.error(message);
    else if (level === LogLevel.Warn) console.warn(message);
    else console.log(message);
  }
}
