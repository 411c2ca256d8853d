use crate::{mock::*, Renamed};
use frame::{
	deps::frame_support::traits::{
		schedule::{
			v3::{Anon, Named},
			DispatchTime,
		},
		Bounded,
	},
	testing_prelude::*,
	traits::StorePreimage,
};
use tercet_primitives::ModelId;

type Hashing = <Test as frame_system::Config>::Hashing;
type There = Scheduler;
type Here = Renamed<Scheduler>;

const NAME: [u8; 32] = [7; 32];

fn call() -> Bounded<RuntimeCall, Hashing> {
	let call = crate::Call::<Test>::unfeature { model: ModelId(0) };
	<Preimage as StorePreimage>::bound(call.into()).unwrap()
}

fn root() -> OriginCaller {
	frame_system::RawOrigin::Root.into()
}

fn schedule<S>(at: u32) -> DispatchResult
where
	S: Named<u32, RuntimeCall, OriginCaller, Hasher = Hashing>,
{
	S::schedule_named(NAME, DispatchTime::At(at), None, 63, root(), call()).map(|_| ())
}

fn reschedule<S: Named<u32, RuntimeCall, OriginCaller>>(at: u32) -> DispatchResult {
	S::reschedule_named(NAME, DispatchTime::At(at)).map(|_| ())
}

fn cancel<S: Named<u32, RuntimeCall, OriginCaller>>() -> DispatchResult {
	S::cancel_named(NAME)
}

fn due<S: Named<u32, RuntimeCall, OriginCaller>>() -> Result<u32, DispatchError> {
	S::next_dispatch_time(NAME)
}

#[test]
fn names_do_not_meet_when_both_houses_use_the_same() {
	build_and_execute(|| {
		assert_ok!(schedule::<There>(10));
		assert!(schedule::<There>(11).is_err(), "this is why there is an adapter");
		assert_ok!(schedule::<Here>(11));
		assert_eq!((due::<There>(), due::<Here>()), (Ok(10), Ok(11)));

		assert_ok!(reschedule::<Here>(12));
		assert_eq!((due::<There>(), due::<Here>()), (Ok(10), Ok(12)));
		assert_ok!(cancel::<Here>());
		assert_eq!((due::<There>(), due::<Here>()), (Ok(10), Err(DispatchError::Unavailable)));
		assert_ok!(cancel::<There>());
	});
}

#[test]
fn what_has_no_name_is_the_schedulers() {
	fn due<S: Anon<u32, RuntimeCall, OriginCaller>>(
		place: S::Address,
	) -> Result<u32, DispatchError> {
		S::next_dispatch_time(place)
	}

	fn play<S>()
	where
		S: Anon<u32, RuntimeCall, OriginCaller, Hasher = Hashing, Address = (u32, u32)>,
	{
		let place = S::schedule(DispatchTime::At(10), None, 63, root(), call()).unwrap();
		assert_eq!(due::<There>(place), Ok(10));
		let place = S::reschedule(place, DispatchTime::At(11)).unwrap();
		assert_eq!((due::<There>(place), due::<S>(place)), (Ok(11), Ok(11)));
		assert_ok!(S::cancel(place));
		assert!(due::<There>(place).is_err());
	}

	build_and_execute(play::<Here>);
}
