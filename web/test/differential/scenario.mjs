// A scenario: which statements about the protocol it shows, in what kind of page, and its steps.
export function scenario(statements, name, settings, play) {
  return typeof settings === 'function'
    ? { statements, name, settings: {}, play: settings }
    : { statements, name, settings, play };
}
