import { accountContract } from "#shared/contract/account.ts";
import { auditContract } from "#shared/contract/audit.ts";
import { bookingContract } from "#shared/contract/booking.ts";
import { businessContract } from "#shared/contract/business.ts";
import { callContract } from "#shared/contract/call.ts";
import { leadContract } from "#shared/contract/lead.ts";
import { viewsContract } from "#shared/contract/views.ts";
import { supervisorContract } from "#shared/contract/supervisor.ts";

/** Every procedure of the product: RPC under `/rpc`, REST under `/api`, OpenAPI at `/api/openapi.json`. */
export const contract = {
  account: accountContract,
  lead: leadContract,
  business: businessContract,
  booking: bookingContract,
  call: callContract,
  supervisor: supervisorContract,
  audit: auditContract,
  views: viewsContract,
};
