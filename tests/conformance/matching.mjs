// What rows say: references to what was saved, and what an answer must hold. matching.py is the same.

export class Unknown extends Error {}

function lookUp(path, saved) {
  let value = saved;
  for (const step of path.split('.')) {
    value = value?.[step];
    if (value === undefined) throw new Unknown(path);
  }
  return value;
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, member]) => [name, change(member)]));

export function resolve(value, saved) {
  if (Array.isArray(value)) return value.map((element) => resolve(element, saved));
  if (value !== null && typeof value === 'object') return mapped(value, (member) => resolve(member, saved));
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^}]+)\}$/.exec(value);
  if (whole) return lookUp(whole[1], saved);
  return value.replace(/\$\{([^}]+)\}/g, (_, path) => String(lookUp(path, saved)));
}

function memberDifferences(name, member, actual, where) {
  if (name.startsWith('#')) {
    const size = Array.isArray(actual) ? actual.length : Object.keys(actual).length;
    if (name === '#>') return size > member ? '' : `${where} has only ${size} elements`;
    return size === member ? '' : `${where} has ${size} elements, not ${member}`;
  }
  if (name === '!') return member in actual ? `${where} has ${member}` : '';
  if (actual === null || typeof actual !== 'object' || !(name in actual)) return `${where} has no ${name}`;
  return differences(member, actual[name], `${where}.${name}`);
}

export function differences(expected, actual, where) {
  if (Array.isArray(expected)) {
    const missing = expected.find((one) => !actual.some((element) => !differences(one, element, where)));
    return missing === undefined ? '' : `${where} has none like ${JSON.stringify(missing)}`;
  }
  if (expected !== null && typeof expected === 'object') {
    for (const [name, member] of Object.entries(expected)) {
      const found = memberDifferences(name, member, actual, where);
      if (found) return found;
    }
    return '';
  }
  const text = String(actual).slice(0, 80);
  if (typeof expected === 'string' && expected.startsWith('~')) {
    return new RegExp(expected.slice(1)).test(String(actual)) ? '' : `${where} is ${text}, not ${expected}`;
  }
  return expected === actual ? '' : `${where} is ${text}, not ${expected}`;
}

const NO_PATH = new RegExp(
  'no such path|not a valid access endpoint|no service at this address|not allowed here|not offered by this cloud',
);
const COLLECTION = /^(list|create|send|getProject)[A-Z]/;

export function outcome(row, why, status) {
  if (!why) return 'passed';
  if (row.operation && status && (NO_PATH.test(why) || (status === 404 && COLLECTION.test(row.operation)))) {
    return 'absent';
  }
  return 'failed';
}
