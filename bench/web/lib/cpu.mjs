// Processor time of threads, by which libraries can be compared on a busy machine. Linux tells it in nanoseconds.
import { readdirSync, readFileSync } from 'node:fs';

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

// The processes of a process group. (In /proc/PID/stat the group follows the name, whose end is the last bracket.)
function group(leader) {
  return list('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    const stat = read(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === leader;
  });
}

// Of a browser's processes, those that pages run in; of other programs, all.
function workers(pids) {
  const pages = pids.filter((pid) => /--type=renderer|-contentproc/.test(read(`/proc/${pid}/cmdline`)));
  return pages.length ? pages : pids;
}

// Nanoseconds that each thread of these processes has run.
function threads(pids) {
  const times = new Map();
  for (const pid of pids) {
    for (const thread of list(`/proc/${pid}/task`)) {
      times.set(`${pid}/${thread}`, Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]));
    }
  }
  return times;
}

// A clock for what one thread does between two looks at it: the busiest one of a browser's pages (the process id of
// the browser is given), of another program, or of this process.
export function threadClock(leader) {
  let before = new Map();
  const look = () => threads(leader ? workers(group(leader)) : [process.pid]);
  return {
    start() {
      before = look();
    },
    // Milliseconds since `start` of the thread that has worked most.
    stop() {
      let most = 0;
      for (const [thread, time] of look()) most = Math.max(most, time - (before.get(thread) ?? 0));
      return most / 1e6;
    },
  };
}
