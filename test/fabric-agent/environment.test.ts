import { expect } from 'chai';
import { buildEnvironment, readAdditions } from '../../fabric-agent/environment.ts';

describe('the environment of a program', () => {
  it('has the least, and what the owner names', () => {
    const additions = readAdditions(['OMP_NUM_THREADS=4', 'LICENSE_FILE=27000@a=b', 'EMPTY=']);
    expect(
      buildEnvironment({ path: '/usr/bin:.::bin:/bin', home: '/w', temporary: '/t', additions }),
    ).to.deep.equal({
      OMP_NUM_THREADS: '4',
      LICENSE_FILE: '27000@a=b',
      EMPTY: '',
      PATH: '/usr/bin:/bin',
      HOME: '/w',
      TMPDIR: '/t',
      LANG: 'C.UTF-8',
    });
  });

  const never = [
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'LD_AUDIT',
    'DYLD_INSERT_LIBRARIES',
    'GLIBC_TUNABLES',
    'GCONV_PATH',
    'NODE_OPTIONS',
    'NODE_PATH',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'PYTHONHOME',
    'PERL5OPT',
    'PERL5LIB',
    'PERL5DB',
    'RUBYOPT',
    'RUBYLIB',
    'BASH_ENV',
    'ENV',
    'SHELLOPTS',
    'PS4',
    'IFS',
    'BASH_FUNC_ls',
    'JAVA_TOOL_OPTIONS',
    '_JAVA_OPTIONS',
    'JDK_JAVA_OPTIONS',
    'CLASSPATH',
    'R_PROFILE',
    'OCTAVE_PATH',
    'JULIA_LOAD_PATH',
    'MAKEFLAGS',
    'GCC_EXEC_PREFIX',
    'COMPILER_PATH',
    'CPATH',
    'LIBRARY_PATH',
    'GIT_SSH_COMMAND',
    'LUA_INIT',
    'LOCPATH',
    'HOSTALIASES',
    'PATH',
    'HOME',
    'TMPDIR',
  ];
  for (const name of never)
    it(`never has ${name} from a configuration`, () => {
      expect(() => readAdditions([`${name}=x`])).to.throw(name);
    });

  it('is refused where a line of the configuration is no variable', () => {
    for (const line of ['NAME', '=x', 'A B=x', '1A=x'])
      expect(() => readAdditions([line])).to.throw(/NAME=value/);
  });
});
