import { saysStopCalling } from "#server/calls/live/opt-out-words.ts";
import { expect, test } from "vitest";

const STOPS = `
Stop calling me.
Please stop calling this number!
I said stop calling me. I do not want any more calls.
Would you quit calling me?
I want you to stop contacting us.
Stop these calls.
Enough of these calls.
Can you stop all of your calls, please?
I told you to stop.
I already told you not to call. I told you already not to call here.
Stop.
No, stop it please.
Unsubscribe.
I'd like to opt out.
Please opt me out of this.
Take me off your list.
Take me off your calling list, please.
Get my number off that list.
Get me off.
Remove me from your database.
Remove my number.
Please remove me.
Delete my phone number from all of your records.
Lose my number.
Forget this number.
I'm on the do not call list.
My number is on the National Do-Not-Call registry.
Put me on your do not call list.
Do not call.
Don't call me again.
Don’t ever call me again!
Don't you dare call here ever again.
Never call this number again.
Never ring me again, you hear?
Do not contact us any more.
Please don't call me.
Don't call me anymore, okay?
Just don't call here.
I'd rather you don't call me.
Don't call me on this number again.
I don't want you to call me.
I don't want you calling me.
I do not want anyone calling here.
I don't want to be called.
I do not wish to be contacted again.
I don't want to hear from you again.
I don't want to hear from you.
I don't want any more calls.
I don't want your calls.
I don't want these sales calls.
I didn't want this call.
I don't like calls like this.
I don't want calls from you.
I never want to be called by a robot.
No more calls, please.
No further contact.
No calls please.
I revoke my consent.
I withdraw my permission.
I never gave you permission to call.
I do not consent to be called.
I don't agree to these calls.
Leave me alone.
Please leave us alone, will you?
This is harassment.
You are harassing me.
I will report you to the FCC if you call again.
I'll sue you if you keep calling.
This is the last time you call me.
You had better not call again.
No me llame más.
Deje de llamarme.
`;

const OTHER_WORDS = `
Can somebody stop the leak?
It doesn't stop dripping.
Don't stop now, go on.
My neighbour won't stop calling me about the noise.
The dog does not stop barking.
Stop by tomorrow, if you like.
Stop, sorry, wait a second, somebody is at the door.
Call me back later.
Can you call me tomorrow instead?
Please don't call before nine.
Don't call me before noon, I work nights.
Don't call me at work.
Don't call me today, call me on Monday.
Don't call again before Friday.
Please do not call me right now, I am driving.
I don't want you to call before nine.
I don't want to be called at work.
I don't want calls in the evening.
I can't call now.
I did not call you.
I never call back, sorry about that.
They never call me back.
Nobody ever called me.
The contractors don't call me any more, that is why I asked you.
Don't call me Mister, I am Bob.
Stop calling me sir, I am a woman.
I don't want to call the landlord.
I need to call my wife first.
No, that is all. You have been very helpful.
No.
Cancel the appointment on Thursday.
Can we cancel?
The end of the week would be good.
Take the old one off the wall.
Take it off the list of things to fix.
Remove the old boiler, please.
I lost my number plate.
Don't lose my number, I really need this.
I want to opt out of the warranty.
I don't need the extra service.
I don't want this boiler any more.
I am not interested in the insurance.
We can leave the water on.
I was left alone in the house.
The alarm keeps ringing and never stops.
How do I contact you again?
Yes, you can call me again any time.
I do not want to bother you.
I don't like the colour.
I could not get a permission for the roof.
Are you still there?
`;

const lines = (text: string) => text.trim().split("\n");

test.each(lines(STOPS))("[CL90] an opt-out: %s", (words) => {
  expect(saysStopCalling(words)).toBe(true);
});

test.each(lines(OTHER_WORDS))("[CL90] no opt-out: %s", (words) => {
  expect(saysStopCalling(words)).toBe(false);
});
