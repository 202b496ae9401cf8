// Runs once in a new engine, before any script: takes away what keeps or leaks state, then freezes everything that is
// left. What it returns is all that the host uses. Order matters: what is captured first cannot be changed later, and
// what is taken away is still frozen, because the engine goes on making instances of it.
(function (hostLog) {
  'use strict';
  const G = globalThis;
  const { getOwnPropertyDescriptor: describeKey, defineProperty, freeze, isFrozen, getPrototypeOf, hasOwn } = Object;
  const { ownKeys, construct, defineProperty: tryDefine } = Reflect;
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const ErrorType = Error, TypeErrorType = TypeError, PromiseType = Promise, Text = String, RealDate = Date, imul = Math.imul;

  let row = 0, clock = 0, seed = 1, whole = false;

  // -- What a script may say ------------------------------------------------------------------------------------------

  const LONGEST = 4097; // one more than a message keeps, so that the host sees that it was longer

  const show = value => {
    try {
      if (typeof value === 'string') return value;
      if (value instanceof ErrorType) return value.name === '' ? `${value.message}` : `${value.name}: ${value.message}`;
      if (typeof value === 'object' && value !== null) {
        const text = stringify(value);
        return typeof text === 'string' ? text : '[object]';
      }
      return Text(value);
    } catch {
      return '[unprintable]';
    }
  };
  const say = (level, values) => {
    let text = '';
    for (let i = 0; i < values.length; i++) text += (i ? ' ' : '') + show(values[i]);
    // Half of a secret would not be found by who looks for the whole.
    hostLog(stringify([level, text.length > LONGEST && !whole ? text.slice(0, LONGEST) : text]), text.length);
  };
  const speaker = level => (...values) => { if (row > 0) say(level, values); };

  defineProperty(G, 'console', {
    value: { log: speaker('info'), info: speaker('info'), warn: speaker('warn'), error: speaker('error'), debug: speaker('debug') },
    writable: true, configurable: true, enumerable: false,
  });

  // -- What is taken away ---------------------------------------------------------------------------------------------

  const KEPT = `Object Function Array Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError
    String Number Boolean Symbol Math JSON Reflect Map Set WeakMap WeakSet Promise Proxy RegExp Date BigInt ArrayBuffer DataView
    Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array
    Float16Array Float32Array Float64Array Iterator globalThis NaN Infinity undefined parseInt parseFloat isNaN isFinite
    decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape queueMicrotask console`;
  const kept = new Set(KEPT.split(/\s+/));
  const removed = [];
  for (const key of ownKeys(G)) {
    if (kept.has(key)) continue;
    removed.push(G[key]);
    delete G[key];
  }

  // Their setters keep what they are given in the engine, frozen or not.
  delete Error.prepareStackTrace;
  delete Error.stackTraceLimit;
  defineProperty(Error, 'stackTraceLimit', { value: 10 });

  // No code is made from text: every way to a constructor of functions ends at one that refuses.
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    const prototype = getPrototypeOf(made);
    const { name } = prototype.constructor;
    const refuse = { [name]: function () { throw new TypeErrorType('code cannot be made from text here'); } }[name];
    defineProperty(refuse, 'prototype', { value: prototype, writable: false });
    defineProperty(prototype, 'constructor', { value: refuse, writable: true, configurable: true, enumerable: false });
    if (name === 'Function') G.Function = refuse;
  }

  // The clock stands still within a record, and chance is the same whenever the record is run again.
  const RowDate = function Date(...parts) {
    if (new.target === undefined) return Text(new RealDate(clock));
    return construct(RealDate, parts.length ? parts : [clock], new.target);
  };
  defineProperty(RowDate, 'length', { value: 7 });
  RowDate.now = function now() { return clock; };
  RowDate.parse = RealDate.parse;
  RowDate.UTC = RealDate.UTC;
  defineProperty(RowDate, 'prototype', { value: RealDate.prototype, writable: false });
  RealDate.prototype.constructor = RowDate;
  defineProperty(G, 'Date', { value: RowDate, writable: true, configurable: true });
  const random = function random() { // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let t = imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  defineProperty(Math, 'random', { value: random });

  // -- What stays writable on objects of the script's own ---------------------------------------------------------------

  // A frozen data property also forbids `own.name = …` on everything that inherits it. As an accessor it does not.
  const inheritable = (prototype, keys) => {
    for (const key of keys) {
      const found = describeKey(prototype, key);
      if (!found || !('value' in found) || !found.configurable || !found.writable) continue;
      const { value } = found;
      const pair = {
        get [key]() { return value; },
        set [key](next) {
          if (this === prototype) throw new TypeErrorType('built-in objects are frozen');
          if (hasOwn(this, key)) this[key] = next;
          else if (!tryDefine(this, key, { value: next, writable: true, enumerable: true, configurable: true })) {
            throw new TypeErrorType('the object cannot be changed');
          }
        },
      };
      const { get, set } = describeKey(pair, key);
      defineProperty(prototype, key, { get, set, enumerable: found.enumerable, configurable: true });
    }
  };
  inheritable(Object.prototype, ownKeys(Object.prototype).filter(key => key !== '__proto__'));
  inheritable(Function.prototype, ['toString', 'constructor', 'apply', 'call', 'bind']);
  for (const type of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError]) {
    inheritable(type.prototype, ownKeys(type.prototype));
  }
  for (const type of [Promise, RegExp, Date, Map, Set, String, Number, Boolean, Symbol, Array]) {
    inheritable(type.prototype, ['constructor', 'toString', 'toJSON', 'valueOf']);
  }

  // -- Everything that can be reached is frozen -------------------------------------------------------------------------

  const seen = new Set();
  const todo = [];
  const add = value => {
    if (((typeof value !== 'object' || value === null) && typeof value !== 'function') || seen.has(value)) return;
    seen.add(value);
    todo.push(value);
  };
  add(G);
  removed.forEach(add);
  // What no name leads to: prototypes of functions, generators, iterators and helpers, and the thrower of strict arguments.
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}, new Uint8Array(1),
    [][Symbol.iterator](), ''[Symbol.iterator](), new Map().entries(), new Set().values(), /a/g[Symbol.matchAll](''),
    (function* () {})(), (async function* () {})(), [].values().map(x => x), Iterator.from({ next() { return { done: true }; } })]) {
    add(getPrototypeOf(made));
  }
  for (const make of [() => Iterator.concat([]), () => Iterator.zip([[]]), () => Iterator.zipKeyed({ a: [] })]) {
    try { add(getPrototypeOf(make())); } catch { /* an engine without it */ }
  }
  add(describeKey((function () { return arguments; })(), 'callee').get);
  while (todo.length) {
    const object = todo.pop();
    add(getPrototypeOf(object));
    for (const key of ownKeys(object)) {
      const found = describeKey(object, key);
      if ('value' in found) add(found.value);
      else { add(found.get); add(found.set); }
    }
  }
  for (const object of seen) {
    freeze(object);
    if (!isFrozen(object)) throw new TypeErrorType('something cannot be frozen');
  }

  // -- What the host calls --------------------------------------------------------------------------------------------

  const kind = value => {
    if (value === undefined) return 'nothing';
    if (value === null) return '`null`';
    if (isArray(value)) return 'a list';
    return typeof value === 'function' ? 'a function' : `a ${typeof value}`;
  };
  const finish = result => {
    const wrong = what => defineProperty(new ErrorType(`\`main\` must return an object, and returned ${what}`), 'name', { value: '' });
    if (typeof result !== 'object' || result === null || isArray(result)) throw wrong(kind(result));
    const text = stringify(result);
    // `toJSON` may have made anything of it.
    if (typeof text !== 'string' || text[0] !== '{') throw wrong('one that does not become a JSON object');
    return text;
  };
  // `await`, because `then` of a promise can be the script's own.
  const later = async result => finish(await result);

  const run = (factory, line) => {
    const mine = ++row;
    const { params, ids, now, chance, vault, output } = parse(line);
    clock = now;
    seed = chance;
    whole = vault !== undefined;
    const context = {
      recordId: ids[0], jobId: ids[1], projectId: ids[2], organizationId: ids[3],
      log(...values) { if (mine === row) say('info', values); },
      vault(label) {
        if (typeof label !== 'string') throw new TypeErrorType('`context.vault` takes the name of a credential');
        if (vault !== undefined && hasOwn(vault, label)) return vault[label];
        throw new ErrorType(`this step is given no credential \`${label}\`: name it in the step, \`vault = [${stringify(label)}]\``);
      },
    };
    if (output !== undefined) context.output = output;
    const result = factory()(params, context);
    return result instanceof PromiseType ? later(result) : finish(result);
  };
  // Whether there is a `main`; the script's own top level runs as it will for each record.
  const load = factory => { freeze(factory); return typeof factory() === 'function'; };
  const describe = thrown => {
    const isError = thrown instanceof ErrorType;
    const stack = isError ? thrown.stack : undefined;
    return stringify([isError, show(thrown), typeof stack === 'string' ? stack : '']);
  };
  return [run, load, describe, seen.size];
})
