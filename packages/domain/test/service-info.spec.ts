import { InvalidValueError, isHealthy, newServiceInfo, withHeartbeat } from '@test-coordinator/domain';
import { expect } from 'chai';

import { NOW, later, serviceInput } from './records.js';

describe('A service instance', () => {
  it('Given a first registration, when it is made, then it was registered and seen now', () => {
    expect(newServiceInfo(serviceInput, NOW)).to.deep.equal({
      ...serviceInput,
      metadata: {},
      lastSeen: NOW,
      registeredAt: NOW,
    });
  });

  it('Given it registers again, when it is replaced, then the first registration is kept', () => {
    const known = newServiceInfo(serviceInput, NOW);
    const again = newServiceInfo({ ...serviceInput, version: '1.5.0' }, later(60), known);
    expect(again).to.deep.include({ version: '1.5.0', registeredAt: NOW, lastSeen: later(60) });
  });

  it('Given a threshold, when the age reaches it, then the instance is stale, and one millisecond earlier it is not', () => {
    const service = withHeartbeat(newServiceInfo(serviceInput, NOW), later(100));
    expect(isHealthy(service, later(100 + 299), 300)).to.equal(true);
    expect(isHealthy(service, later(100 + 300), 300)).to.equal(false);
  });

  it('Given a port that no host has, when it is made, then that is refused', () => {
    expect(() => newServiceInfo({ ...serviceInput, httpPort: 65_536 }, NOW)).to.throw(
      InvalidValueError,
      'httpPort',
    );
  });
});
