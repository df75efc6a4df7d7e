import { describe, expect, it } from 'vitest';
import { mergeExpositions } from './merge-expositions.ts';

const sip = `# HELP calls Calls.
# TYPE calls counter
calls{process="sip"} 3

# HELP only_sip Only here.
# TYPE only_sip gauge
only_sip 1
`;
const api = `# HELP calls Calls, said otherwise.
# TYPE calls counter
calls{process="api"} 4
`;

describe('mergeExpositions', () => {
  it('says HELP and TYPE once, before the samples of all processes', () => {
    expect(mergeExpositions([sip, api])).toBe(`# HELP calls Calls.
# TYPE calls counter
calls{process="sip"} 3
calls{process="api"} 4

# HELP only_sip Only here.
# TYPE only_sip gauge
only_sip 1
`);
  });

  it('leaves out samples whose type differs from the first', () => {
    const other = '# HELP calls Calls.\n# TYPE calls gauge\ncalls{process="x"} 9\n';
    expect(mergeExpositions([api, other])).toBe(api);
  });

  it('gives nothing for nothing', () => {
    expect(mergeExpositions(['', '# a comment\n'])).toBe('');
  });
});
