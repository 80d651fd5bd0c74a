/* Files with encryption have a tweetnacl inside, for all clients that are given none. */

import nacl from 'tweetnacl';
import { include } from '../api/encryption';

include(nacl);
