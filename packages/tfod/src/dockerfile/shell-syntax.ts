/** A word of a Dockerfile that BuildKit's shell lexer refuses; the parser knows the line and makes it a problem. */
export class ShellSyntax extends Error {
  constructor(fault: string) {
    super(fault);
    this.name = 'ShellSyntax';
  }
}
