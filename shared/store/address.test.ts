import { expect } from 'chai';
import { commonSettings } from '../config/common.ts';
import { type ConfigError, loadConfig } from '../config/index.ts';

const { MONGODB_URI } = commonSettings;
const read = (text: string) => loadConfig({ MONGODB_URI }, { MONGODB_URI: text }).MONGODB_URI;
const fault = (text: string): string => {
  try {
    return `taken: ${read(text)}`;
  } catch (error) {
    return (error as ConfigError).faults.join('; ');
  }
};

describe('MONGODB_URI', () => {
  it('is taken with a database’s name, without what is blank around it', () => {
    for (const good of [
      'mongodb://a:27017/qrflow?replicaSet=rs0',
      'mongodb://a:27017,b:27017/qrflow?replicaSet=rs0',
      'mongodb://user:p%40ss%2F@a:27017,b:27017,c:27017/qrflow?replicaSet=rs0&authSource=qrflow&tls=true',
      'mongodb+srv://cluster.example.net/qrflow?retryWrites=true&w=majority',
      'mongodb://[::1]/qr_flow-2',
    ])
      for (const text of [good, ` ${good}`, `${good}\n`]) expect(read(text)).to.equal(good);
  });

  it('is refused without a database’s name: the driver would take "test", and say nothing', () => {
    for (const none of [
      'mongodb://a:27017',
      'mongodb://a:27017/',
      'mongodb://a:27017/?replicaSet=rs0',
      'mongodb+srv://user:secret@a.example.net/?appName=x',
    ])
      expect(fault(none)).to.equal('MONGODB_URI: names no database; write mongodb://host:27017/qrflow?replicaSet=rs0');
    for (const odd of ['mongodb://a/qr.flow', 'mongodb://a/qrflow/extra', 'mongodb://a/qr%24flow'])
      expect(fault(odd)).to.match(/^MONGODB_URI: names a database that MongoDB would not take/);
  });

  it('is refused where the driver cannot read it, saying why', () => {
    for (const [text, why] of [
      ['postgres://a/qrflow', 'must start with mongodb:// or mongodb+srv://'],
      ['a:27017,mongodb://b:27017/qrflow', 'must start with mongodb:// or mongodb+srv://'],
      ['mongodb://a:27017, b:27017/qrflow', 'has a blank in it'],
      ['mongodb://a/qrflow?replicaSt=rs0', 'option replicast is not supported'],
      ['mongodb://a,b/qrflow?directConnection=true', 'directConnection option requires exactly one host'],
      ['mongodb+srv://a.example.net:27017/qrflow', 'cannot have port number'],
      ['mongodb://user:p@ss@host/qrflow', 'in a user or password'],
      ['mongodb://user:p%ss@host/qrflow', 'in a user or password'],
      ['mongodb://user:p/ss@host/qrflow', 'in a user or password'],
    ] as const)
      expect(fault(text), text)
        .to.match(/^MONGODB_URI: /)
        .and.include(why);
  });

  it('is never told: not its user, nor its password, nor what of them the driver repeats', () => {
    for (const text of [
      'mongodb://hush/er:sec:ret@host/qrflow',
      'mongodb://hush:sec@ret@host/qrflow',
      'mongodb://hush:sec%ret@host/qrflow',
      'mongodb://hush:sec@ret:99999@host/qrflow',
      'mongodb://hush:secret@host/qrflow?authMechanism=secret',
      'mongodb://hush:secret@host',
      'postgres://hush:secret@host/qrflow',
      'hush:secret',
    ])
      expect(fault(text))
        .to.match(/^MONGODB_URI: /)
        .and.not.match(/hush|sec|ret\b/);
  });
});
