// npm's semver over stdin's lines `a <TAB> b`; ! where it refuses one.
// Usage: node semver.js FOLDER-OF-SEMVER
const semver = require(process.argv[2]);
const input = require('fs').readFileSync(0, 'utf8');
const answers = input.split('\n').filter((line) => line !== '').map((line) => {
  const [first, second] = line.split('\t');
  const valid = (version) => semver.valid(version) !== null;
  return valid(first) && valid(second) ? semver.compare(first, second) : '!';
});
process.stdout.write(answers.join('\n') + '\n');
