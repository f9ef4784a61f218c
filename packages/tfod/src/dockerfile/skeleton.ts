/** Instructions that take nothing from outside and set nothing that others read. */
const IRRELEVANT =
  /^[ \t]*(?:#|(?:CMD|ENTRYPOINT|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t])/i;
/** Where a line alone does not tell what it is part of: heredocs, another escape, a comment amid an instruction. */
const ENTANGLED = /<<|^\s*#\s*escape\s*=|\\[ \t]*\r?\n[ \t]*(?:#|\r?$)/im;
/** Parser directives look like comments. */
const DIRECTIVE = /^[ \t]*#\s*(?:syntax|check)\s*=/i;
const GOES_ON = /\\[ \t]*\r?$/;

/**
 * The text of a Dockerfile without what cannot name anything: of two files with the same skeleton, one need not be
 * read to know what it names. The Dockerfiles of many services differ in nothing else.
 */
export function skeletonOf(text: string): string {
  if (ENTANGLED.test(text)) return text;
  let goesOn = false;
  return text
    .split('\n')
    .filter((line) => {
      const isPart = goesOn;
      goesOn = GOES_ON.test(line);
      return isPart || goesOn || !IRRELEVANT.test(line) || DIRECTIVE.test(line);
    })
    .join('\n');
}
