import { readFileSync } from 'node:fs';
import * as ts from 'typescript';

/** What an option may be: names of types, or quoted literals of an enum, sorted; and whether it must be given. */
export interface OptionShape {
  readonly types: readonly string[];
  readonly required: boolean;
}

export type OptionShapes = Readonly<Record<string, OptionShape>>;

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Property[];
  readonly oneOf?: readonly Property[];
  readonly items?: Property;
}

/** The options of a schema.json. */
export function shapesOfSchema(file: string): OptionShapes {
  const { properties, required } = JSON.parse(readFileSync(file, 'utf8')) as {
    properties: Readonly<Record<string, Property>>;
    required: readonly string[];
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      { types: sorted(typesOf(property)), required: required.includes(name) },
    ]),
  );
}

/** The members of the one interface in a schema.d.ts. */
export function shapesOfDeclaration(file: string): OptionShapes {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const [declared, ...others] = source.statements.filter(ts.isInterfaceDeclaration);
  if (!declared || others.length > 0) throw new Error(`${file} must declare one interface`);
  return Object.fromEntries(
    declared.members.filter(ts.isPropertySignature).map((member) => [
      member.name.getText(source),
      {
        types: sorted(member.type ? declaredTypes(member.type, source) : ['any']),
        required: member.questionToken === undefined,
      },
    ]),
  );
}

function typesOf(property: Property): readonly string[] {
  const alternatives = property.anyOf ?? property.oneOf;
  if (alternatives) return alternatives.flatMap(typesOf);
  if (property.enum) return property.enum.map((value) => JSON.stringify(value));
  if (property.type === 'array') return typesOf(property.items ?? {}).map((type) => `${type}[]`);
  return [property.type === 'integer' ? 'number' : (property.type ?? 'any')];
}

function declaredTypes(node: ts.TypeNode, source: ts.SourceFile): readonly string[] {
  if (ts.isUnionTypeNode(node)) return node.types.flatMap((type) => declaredTypes(type, source));
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node))
    return declaredTypes(node.type, source);
  if (ts.isArrayTypeNode(node)) return declaredTypes(node.elementType, source).map((type) => `${type}[]`);
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
    return [JSON.stringify(node.literal.text)];
  return [node.getText(source)];
}

function sorted(types: readonly string[]): readonly string[] {
  return [...new Set(types)].sort();
}
