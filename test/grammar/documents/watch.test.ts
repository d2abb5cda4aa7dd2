import { expect } from 'chai';
import { documentOf, sentencesOf } from './support.ts';

const watch = 'SLA-version: 1.0\nAction: Watch\nId: w1\n';
const watchOfNodes = 'RESOURCE-version: 1.0\nAction: Watch\nId: w1\n';

describe('a Watch', () => {
  it('of a user asks as an Ask does, and may go on after a cursor', () => {
    const { party, envelope } = documentOf(`${watch}Cursor: 4711\nCpus: 8\nBudget: 4 EUR\nLimit: 3\n`);
    expect(party).to.include({ action: 'Ask', limit: 3 });
    expect(party?.clauses.map(({ header }) => header)).to.deep.equal(['Cpus: 8', 'Budget: 4 EUR']);
    expect(envelope).to.include({ id: 'w1', cursor: 4711, brokerIp: undefined });
  });

  it('of a broker says where he is and asks for nothing', () => {
    const { party, envelope } = documentOf(
      `${watch}Cursor: 7\nBroker-IP: 193.10.66.141:7685\nExpires: 2 h\n`,
    );
    expect(party).to.equal(undefined);
    expect(envelope.brokerIp).to.deep.equal({ host: '193.10.66.141', port: 7685 });
    expect(envelope.cursor).to.equal(7);
    const node = documentOf(`${watchOfNodes}Host: 193.10.66.20:8483\n`);
    expect(node.party).to.equal(undefined);
  });

  it('of a broker is refused where it asks for something', () => {
    expect(
      sentencesOf(`${watch}Cpus: 8\nBroker-IP: 193.10.66.141:7685\nMy.Owner: alice\nBudget: 4 EUR\n`),
    ).to.deep.equal([
      "line 4, column 1: Cpus asks for something, and a Watch with Broker-IP is a broker's, for the Asks that match its Tells: take out one of the two",
      "line 6, column 1: Owner asks for something, and a Watch with Broker-IP is a broker's, for the Asks that match its Tells: take out one of the two",
      "line 7, column 1: Budget asks for something, and a Watch with Broker-IP is a broker's, for the Asks that match its Tells: take out one of the two",
    ]);
    expect(sentencesOf(`${watchOfNodes}Host: 193.10.66.20:8483\nArch: x86_64\n`)).to.deep.equal([
      "line 5, column 1: Arch asks for something, and a Watch with Host is a node's, for the Asks that match its Tells: take out one of the two",
    ]);
  });

  it('of the other language takes that header for what it says of the document', () => {
    expect(documentOf(`${watchOfNodes}Broker-IP: 193.10.66.141:7685\nArch: x86_64\n`).party).to.not.equal(
      undefined,
    );
  });

  it('needs an Id, and so does what ends it', () => {
    for (const action of ['Watch', 'Unwatch']) {
      expect(sentencesOf(`SLA-version: 1.0\nAction: ${action}\n`)).to.deep.equal([
        `line 1, column 1: an SLA ${action} of version 1.0 needs Id, such as 'Id: ask-19'`,
      ]);
    }
  });
});

describe('a cursor', () => {
  it('is a whole number in whatever says it', () => {
    for (const action of ['Ask', 'Why', 'Watch', 'Because', 'Ack']) {
      const head = `SLA-version: 1.0\nAction: ${action}\nId: a1\n`;
      expect(documentOf(`${head}Cursor: 12\n`).envelope.cursor, action).to.equal(12);
      expect(sentencesOf(`${head}Cursor: -1\n`), action).to.deep.equal([
        "line 4, column 9: Cursor is a whole number, zero or more, such as '4711'; found '-1', which is below zero",
      ]);
      expect(sentencesOf(`${head}Cursor: latest\n`), action).to.have.length(1);
    }
  });

  it('stands with what happened to a match in the Tell that a Watch is answered by', () => {
    const text =
      'SLA-version: 1.0\nAction: Tell\nId: t1\nIn-reply-to: w1\nEvent: gone\nCursor: 12\nBroker-IP: 193.10.66.141:7685\nCpus: 8\n';
    const { envelope, headers, party } = documentOf(text);
    expect(envelope).to.include({ id: 't1', inReplyTo: 'w1', cursor: 12 });
    expect(headers[4]).to.deep.equal({ name: 'Event', value: 'gone' });
    expect(party?.action).to.equal('Tell');
  });
});
