'use strict';

/*
 * Checks the structure of a source tree: `node scripts/check-imports.js [folder]`, default src. It prints one
 * line a problem and ends with exit code 1 when there is any:
 *
 * - a folder imports only what the table below lets it;
 * - a module of Node that belongs to the edge is imported only there;
 * - no circle, imports of types counted;
 * - what is exported is used by another file of the tree, or by a spec.
 */

const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

/**
 * Which folders a folder may import, one row a folder, from the ground up; itself, and what stands in
 * `ground`, always included. A name ending in ":types" allows types only. Files directly in src go by their
 * own name.
 */
const ground = ['errors', 'runtime'];
const allowed = {
  errors: [],
  runtime: ['errors'],

  'config/types': [],
  'config/nodes': [],
  'config/yaml': ['config/nodes'],
  'config/codecs': ['config/nodes', 'config/types'],
  config: ['config/codecs', 'config/nodes', 'config/types', 'config/yaml'],

  'streams/json': [],
  'streams/encodings': [],
  'streams/wire': ['streams/encodings'],
  'streams/transport': ['config/types:types'],
  'streams/transport/node': ['config/types:types', 'streams/transport'],
  'streams/transport/memory': ['config/types:types', 'streams/transport'],
  'streams/transport/faults': ['streams/transport'],
  'streams/messages': [],
  'streams/dispatch': ['streams/json', 'streams/messages'],
  'streams/dedup': ['config/types:types', 'streams/dispatch', 'streams/messages'],
  'streams/host': [
    'config/types:types',
    'streams/dedup',
    'streams/dispatch',
    'streams/json',
    'streams/messages',
    'streams/transport:types',
    'streams/wire',
  ],
  'streams/client': [
    'config/types:types',
    'streams/json',
    'streams/messages',
    'streams/transport:types',
    'streams/wire',
  ],
  'streams/operators': ['streams/client:types', 'streams/messages:types'],

  actors: [],
  'actors/mailbox': ['actors'],
  'actors/engine': ['actors', 'actors/mailbox'],

  'storage/level': [],
  storage: ['storage/level'],
  'storage/dedup': ['storage', 'streams/dedup:types', 'streams/dispatch:types'],
  'storage/outbox': ['config/types:types', 'storage', 'streams/client:types'],

  observe: ['config/types:types', 'streams/messages:types'],
  'observe/stats': ['streams/client:types', 'streams/dedup:types', 'streams/messages:types'],
  'observe/metrics': ['observe/stats:types', 'streams/client:types', 'streams/dedup:types'],
  'observe/logs': ['streams/client:types', 'streams/messages:types'],

  'app/actors': ['actors:types', 'streams/client:types', 'streams/host:types', 'streams/messages:types'],
  app: [
    'actors:types',
    'actors/engine',
    'app/actors',
    'config/types:types',
    'observe',
    'observe/logs',
    'observe/metrics',
    'observe/stats',
    'storage',
    'storage/dedup',
    'storage/outbox',
    'streams/client',
    'streams/dispatch',
    'streams/host',
    'streams/messages',
    'streams/transport',
    'streams/transport/node',
  ],

  recording: [],
  'recording/content': ['recording', 'streams/json'],
  'recording/format': ['recording', 'recording/content'],
  'recording/edit': ['recording', 'recording/format'],
  'recording/capture': [
    'app',
    'config',
    'config/types:types',
    'recording',
    'recording/content',
    'recording/format',
    'streams/transport',
    'streams/transport/faults',
    'streams/transport/node',
    'streams/wire',
  ],
  'replay/large': [],
  'replay/verdict': ['recording', 'recording/content', 'recording/format', 'replay/large'],
  'replay/verdict/format': ['replay/verdict', 'streams/json'],
  'replay/rules': [
    'config',
    'config/codecs',
    'config/nodes',
    'config/yaml',
    'recording/content',
    'replay/verdict',
  ],
  'replay/standIn': [
    'replay/verdict/format',
    'config',
    'config/types:types',
    'recording',
    'recording/content',
    'replay/large',
    'replay/rules',
    'replay/verdict',
    'streams/transport:types',
    'streams/transport/node',
    'streams/wire',
  ],
  'replay/drive': [
    'config/types:types',
    'recording',
    'recording/capture',
    'recording/content',
    'streams/transport:types',
    'streams/wire',
  ],
  replay: [
    'app',
    'config',
    'config/types:types',
    'recording',
    'recording/capture',
    'recording/content',
    'replay/drive',
    'replay/rules',
    'replay/standIn',
    'replay/verdict',
    'streams/transport:types',
    'streams/transport/memory',
    'streams/transport/node',
  ],
  'replay/update': [
    'recording',
    'recording/content',
    'recording/format',
    'replay:types',
    'replay/rules',
    'replay/verdict',
  ],
  testing: [
    'actors:types',
    'app',
    'config',
    'config/types:types',
    'recording',
    'recording/capture',
    'recording/content',
    'recording/edit',
    'recording/format',
    'replay',
    'replay/drive',
    'replay/rules',
    'replay/standIn',
    'replay/update',
    'replay/verdict',
    'replay/verdict/format',
    'streams/client:types',
    'streams/messages',
    'streams/transport:types',
    'streams/transport/faults',
    'streams/transport/memory',
  ],

  'index.ts': [
    'actors',
    'actors/engine',
    'app',
    'app/actors:types',
    'config',
    'config/nodes:types',
    'config/types',
    'observe/stats:types',
    'storage/outbox',
    'streams/client:types',
    'streams/dedup:types',
    'streams/json',
    'streams/messages',
    'streams/operators',
    'streams/transport:types',
  ],

  // The command line uses what every user has, the two public doors.
  'cli/process': ['index.ts'],
  'cli/arguments': ['cli/process', 'index.ts', 'testing/index.ts'],
  'cli/output': ['cli/arguments', 'cli/process', 'index.ts'],
  'cli/handlers': ['cli/arguments', 'index.ts'],
  'cli/commands': [
    'cli/arguments',
    'cli/handlers',
    'cli/output',
    'cli/process',
    'index.ts',
    'testing/index.ts',
  ],
  cli: ['cli/arguments', 'cli/commands', 'cli/output', 'cli/process', 'index.ts', 'testing/index.ts'],
};

/** Where a module of Node may be imported: folders, or single files. */
const edges = {
  // nameSources only tells addresses from names, and reads the hosts file. AllowList compares addresses. The
  // lock of a folder is a socket that nobody talks to.
  net: [
    'streams/transport/node',
    'runtime/nameSources.ts',
    'streams/host/AllowList.ts',
    'storage/FolderLock.ts',
  ],
  tls: ['streams/transport/node'],
  dns: ['runtime/nameSources.ts'],
  // streams/transport/node reads PEM files.
  fs: [
    'runtime/nameSources.ts',
    'config/loadConfig.ts',
    'streams/transport/node',
    'recording/format',
    'replay/large',
    'replay/rules',
    'testing/toMatchRecording.ts',
    'storage',
    'storage/level',
    'cli',
  ],
  // The endpoint of metrics, and the delay of the event loop.
  http: ['observe/metrics'],
  perf_hooks: ['observe/stats'],
};

/** Files that are entered from outside, so that nobody needs to use their exports. */
const doors = new Set(['index.ts', 'testing/index.ts', 'cli/bin.ts']);

function main(folder) {
  const files = readTree(folder);
  const problems = [
    ...tableProblems(),
    ...directionProblems(files),
    ...edgeProblems(files),
    ...cycleProblems(files),
    ...unusedProblems(files, usesOfSpecs(folder)),
  ];
  for (const problem of problems) console.log(problem);
  console.log(`${files.size} files, ${problems.length} problems`);
  return files.size > 0 && problems.length === 0 ? 0 : 1;
}

/**
 * All files of the tree by their path below it, each with
 * `imports`: { target, typeOnly, names, line }, target being a path of the tree or the name of a package, and
 * `exports`: { name, typeOnly, usedInside, line }.
 */
function readTree(folder) {
  const names = fs
    .readdirSync(folder, { recursive: true })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const known = new Set(names);
  const files = new Map();
  for (const name of names) {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    files.set(name, readFile(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true), name, known));
  }
  return files;
}

function readFile(source, name, known) {
  const imports = [];
  const exported = new Map();
  const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const addImport = (specifier, typeOnly, names) =>
    imports.push({ target: resolve(name, specifier.text, known), typeOnly, names, line: lineOf(specifier) });
  const addExport = (identifier, typeOnly) => {
    const before = exported.get(identifier.text);
    // A value and a type of one name are one export.
    exported.set(identifier.text, {
      name: identifier.text,
      typeOnly: typeOnly && (before?.typeOnly ?? true),
      line: before?.line ?? lineOf(identifier),
    });
  };

  for (const node of source.statements) {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
      const wholly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      const everyElement =
        elements.length > 0 && clause.name === undefined && elements.every((e) => e.isTypeOnly);
      const namespace = bindings !== undefined && ts.isNamespaceImport(bindings);
      addImport(
        node.moduleSpecifier,
        wholly || everyElement,
        namespace ? ['*'] : elements.map((e) => (e.propertyName ?? e.name).text),
      );
    } else if (ts.isExportDeclaration(node)) {
      const elements =
        node.exportClause !== undefined && ts.isNamedExports(node.exportClause)
          ? node.exportClause.elements
          : [];
      const typeOnly = node.isTypeOnly || (elements.length > 0 && elements.every((e) => e.isTypeOnly));
      if (node.moduleSpecifier !== undefined) {
        addImport(
          node.moduleSpecifier,
          typeOnly,
          elements.length > 0 ? elements.map((e) => (e.propertyName ?? e.name).text) : ['*'],
        );
      }
      for (const element of elements) addExport(element.name, node.isTypeOnly || element.isTypeOnly);
    } else if (isExported(node)) {
      if (ts.isVariableStatement(node)) {
        for (const { name: identifier } of node.declarationList.declarations) addExport(identifier, false);
      } else if (node.name !== undefined) {
        addExport(node.name, ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node));
      }
    }
  }
  // import('…') in types and at run time, and require('…') of a literal.
  const visit = (node) => {
    if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      addImport(node.argument.literal, true, ['*']);
    } else if (ts.isCallExpression(node) && isLoad(node.expression) && isLiteral(node.arguments[0])) {
      addImport(node.arguments[0], false, ['*']);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  for (const entry of exported.values()) entry.usedInside = countOf(source, entry.name) > 1;
  return { imports, exports: [...exported.values()] };
}

const isExported = (node) =>
  node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
const isLiteral = (node) => node !== undefined && ts.isStringLiteralLike(node);
const isLoad = (callee) =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

function countOf(source, name) {
  let count = 0;
  const visit = (node) => {
    if (ts.isIdentifier(node) && node.text === name) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return count;
}

/** A relative import as the path of a file of the tree, anything else as it is. */
function resolve(from, specifier, known) {
  if (specifier === 'rxcomet') return 'index.ts';
  if (specifier === 'rxcomet/testing') return 'testing/index.ts';
  if (!specifier.startsWith('.')) return specifier;
  // import() names files as they are built.
  const target = path.posix.join(path.posix.dirname(from), specifier.replace(/\.js$/, ''));
  const candidates = [`${target}.ts`, path.posix.join(target, 'index.ts'), target];
  return candidates.find((candidate) => known.has(candidate)) ?? target;
}

/** The entry of the table that governs a file. */
function zoneOf(name) {
  if (name in allowed) return name;
  const folders = name.split('/').slice(0, -1);
  for (let length = folders.length; length > 0; length -= 1) {
    const folder = folders.slice(0, length).join('/');
    if (folder in allowed) return folder;
  }
  return undefined;
}

/** What a row of the table allows, the ground included for all that stands on it. */
function ruleOf(zone) {
  return ground.includes(zone) ? allowed[zone] : [...ground, ...allowed[zone]];
}

/** A row may name rows above it only: that is what makes the direction one. */
function tableProblems() {
  const rows = Object.keys(allowed);
  return rows.flatMap((row, place) =>
    allowed[row]
      .map((name) => zoneOf(name.replace(/:types$/, '')) ?? name)
      .filter((name) => !rows.slice(0, place).includes(name.replace(/:types$/, '')))
      .map((name) => `scripts/check-imports.js: the row ${row} names ${name}, which is not above it`),
  );
}

function directionProblems(files) {
  const problems = [];
  for (const [name, { imports }] of files) {
    const zone = zoneOf(name);
    if (zone === undefined) {
      problems.push(`${name}: lies outside the folders of scripts/check-imports.js`);
      continue;
    }
    for (const { target, typeOnly, line } of imports) {
      if (!files.has(target)) continue;
      const targetZone = zoneOf(target);
      const rule = ruleOf(zone);
      const fits =
        targetZone === zone ||
        rule.includes(target) ||
        rule.includes(targetZone) ||
        (typeOnly && rule.includes(`${targetZone}:types`));
      if (!fits) {
        const hint = rule.includes(`${targetZone}:types`) ? ' more than types of' : '';
        problems.push(`${name}:${line}: ${zone} must not import${hint} ${target}`);
      }
    }
  }
  return problems;
}

function edgeProblems(files) {
  const problems = [];
  for (const [name, { imports }] of files) {
    for (const { target, line } of imports) {
      const module = target.replace(/^node:/, '').split('/')[0];
      const places = Object.hasOwn(edges, module) ? edges[module] : undefined;
      if (places === undefined || files.has(target)) continue;
      if (!places.some((place) => name === place || name.startsWith(`${place}/`))) {
        problems.push(`${name}:${line}: node:${module} belongs to ${places.join(', ')}`);
      }
    }
  }
  return problems;
}

function cycleProblems(files) {
  const problems = [];
  const state = new Map();
  const visit = (name, trail) => {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      problems.push(`circle: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}`);
      return;
    }
    state.set(name, 'open');
    for (const { target } of files.get(name).imports) {
      if (files.has(target)) visit(target, [...trail, name]);
    }
    state.set(name, 'done');
  };
  for (const name of files.keys()) visit(name, []);
  return problems;
}

/** What the specs beside the tree import from it, as "FILE NAME"; a tree without specs beside it has none. */
function usesOfSpecs(folder) {
  const specs = path.join(folder, '..', 'spec');
  const used = new Set();
  if (path.basename(folder) !== 'src' || !fs.existsSync(specs)) return used;
  const prefix = '../src/';
  for (const [, { imports }] of readTree(specs)) {
    for (const { target, names } of imports) {
      const place = target.indexOf(prefix);
      if (place < 0) continue;
      const below = target.slice(place + prefix.length);
      for (const file of [`${below}.ts`, `${below}/index.ts`])
        for (const name of names) used.add(`${file} ${name}`);
    }
  }
  return used;
}

function unusedProblems(files, used) {
  for (const [name, { imports }] of files) {
    for (const { target, names } of imports) {
      if (target !== name) for (const imported of names) used.add(`${target} ${imported}`);
    }
  }
  const problems = [];
  for (const [name, { exports: exported }] of files) {
    if (doors.has(name) || used.has(`${name} *`)) continue;
    for (const entry of exported) {
      // A type is also needed where an exported signature of its own file names it.
      if (used.has(`${name} ${entry.name}`) || (entry.typeOnly && entry.usedInside)) continue;
      problems.push(`${name}:${entry.line}: nothing uses the export ${entry.name}`);
    }
  }
  return problems;
}

process.exitCode = main(path.resolve(process.argv[2] ?? path.join(__dirname, '..', 'src')));
