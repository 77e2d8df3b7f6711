import ts from 'typescript'
import type { Finding } from './project-files.ts'

/** What the rules about syntax must know of the project. */
export type SyntaxGround = {
  /** Folder names of all connectors, which are their ids. */
  readonly vendors: readonly string[]
}

const mayReadEnvironment = /^(?:src\/config\.ts$|scripts\/|test\/|bench\/|prove\/|vitest\.config\.ts$)/
const test = /\.test\.tsx?$/

/**
 * Rules of the house that need the syntax of a file: classes are errors only, the environment is read in one place, and no
 * code but a vendor's own asks which vendor it is.
 */
export function checkSyntax(file: string, text: string, { vendors }: SyntaxGround): Finding[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false)
  const findings: Finding[] = []
  const report = (node: ts.Node, rule: string, message: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    findings.push({ file, line, rule, message })
  }
  const foreign = foreignVendors(file, vendors)
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) && !extendsError(node)) {
      report(node, 'class', 'Write a factory or a plain function; only errors are classes.')
    }
    if (readsEnvironment(node) && !mayReadEnvironment.test(file)) {
      report(node, 'environment', 'Only src/config.ts reads the environment; take the value from Config.')
    }
    const vendor = comparedText(node).find((text) => foreign.has(text))
    if (vendor !== undefined) {
      report(node, 'vendor-asked', `Ask the connector for the fact instead of comparing with “${vendor}”.`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return findings
}

/** The vendors that this file may not name in a comparison. */
function foreignVendors(file: string, vendors: readonly string[]): ReadonlySet<string> {
  if (!/^(?:src|web)\//.test(file) || test.test(file)) return new Set()
  return new Set(vendors.filter((vendor) => !new RegExp(`^src/connectors/(?:sources|psa)/${vendor}/`).test(file)))
}

function extendsError(node: ts.ClassLikeDeclaration): boolean {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
  const base = clause?.types[0]?.expression
  if (base === undefined) return false
  const name = ts.isPropertyAccessExpression(base) ? base.name.text : ts.isIdentifier(base) ? base.text : ''
  return name.endsWith('Error')
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && namesProcess(node.expression)
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node
    return ts.isStringLiteralLike(key) && key.text === 'env' && namesProcess(node.expression)
  }
  if (ts.isVariableDeclaration(node)) {
    return (
      node.initializer !== undefined &&
      namesProcess(node.initializer) &&
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => namedEnv(element.propertyName ?? element.name))
    )
  }
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings
    return (
      ts.isStringLiteral(node.moduleSpecifier) &&
      /^(?:node:)?process$/.test(node.moduleSpecifier.text) &&
      bindings !== undefined &&
      ts.isNamedImports(bindings) &&
      bindings.elements.some((element) => namedEnv(element.propertyName ?? element.name))
    )
  }
  return false
}

function namedEnv(name: ts.Node): boolean {
  return ts.isIdentifier(name) && name.text === 'env'
}

function namesProcess(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === 'process'
  return ts.isPropertyAccessExpression(node) && node.name.text === 'process'
}

const equalities: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])

/** Texts that a value is compared with here. */
function comparedText(node: ts.Node): string[] {
  const sides = ts.isCaseClause(node)
    ? [node.expression]
    : ts.isBinaryExpression(node) && equalities.has(node.operatorToken.kind)
      ? [node.left, node.right]
      : []
  return sides.flatMap((side) => (ts.isStringLiteralLike(side) ? [side.text] : []))
}
