// What declarations export, member by member, and what a program uses of it.
import ts from 'typescript';

const isPublic = (property) =>
  property.name !== 'prototype' &&
  (property.declarations ?? []).every(
    (declaration) => !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private),
  );

// The members of a type; of a union, those of each alternative.
function membersOf(checker, type) {
  const alternatives = type.isUnion() ? type.types : [type];
  return alternatives.filter((one) => one.flags & ts.TypeFlags.Object)
    .flatMap((one) => checker.getPropertiesOfType(one));
}

// Every exported name with the members of its type, and of its constructor: [['Channel.name', symbol]].
export function surface(checker, declarations) {
  const module = checker.getSymbolAtLocation(declarations);
  const rows = new Map();
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const isClass = symbol.flags & ts.SymbolFlags.Class;
    const statics = isClass && exported.name === 'default' // no other class can be had at run time
      ? checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol)) : [];
    for (const [mark, properties] of [
      ['.', membersOf(checker, checker.getDeclaredTypeOfSymbol(symbol))],
      [' static ', statics],
    ]) {
      for (const property of properties.filter(isPublic)) {
        rows.set(`${exported.name}${mark}${property.name}`, property);
      }
    }
    rows.set(exported.name, symbol);
  }
  return [...rows];
}

// The declarations of everything that a file names, and of the properties that it gives to what it calls.
export function used(checker, source) {
  const found = new Set();
  const add = (symbol) => {
    if (!symbol) return;
    if (symbol.flags & ts.SymbolFlags.Alias) add(checker.getAliasedSymbol(symbol));
    for (const declaration of symbol.declarations ?? []) found.add(declaration);
  };
  const visit = (node) => {
    if (ts.isIdentifier(node)) add(checker.getSymbolAtLocation(node));
    if (ts.isObjectLiteralElementLike(node) && node.name && ts.isObjectLiteralExpression(node.parent)) {
      const type = checker.getContextualType(node.parent);
      if (type) {
        membersOf(checker, checker.getNonNullableType(type))
          .filter(({ name }) => name === node.name.text).forEach(add);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// The rows of `surface` that `used` has not.
export function unused(rows, found) {
  return rows
    .filter(([, symbol]) => !(symbol.declarations ?? []).some((declaration) => found.has(declaration)))
    .map(([name]) => name);
}
