//! Models: publishing, ownership, royalties.

use codec::Encode;
use std::collections::BTreeMap;
use tercet_primitives::{
	model::Label, Agreement, Deprecation, Model, ModelId, Permill, Royalties, Royalty, Variant,
	VariantId, VariantTerms, FINGERPRINT_BITS, MAX_LINEAGE, MAX_VARIANTS,
};

use super::{rules::floor, Oracle, Outcome, Purpose};
use crate::{AccountId, NewModel};

/// All models.
#[derive(Clone, Debug, Default)]
pub struct Registry {
	/// By id.
	pub models: Vec<Model<AccountId>>,
	/// To whom models are offered.
	pub offers: BTreeMap<ModelId, AccountId>,
}

impl Registry {
	fn get(&self, id: ModelId) -> Result<&Model<AccountId>, &'static str> {
		self.models.get(id.0 as usize).ok_or("no such model")
	}

	/// What a job for `id` owes to the model.
	pub fn terms(&self, id: VariantId) -> Result<VariantTerms<AccountId>, &'static str> {
		let model = self.get(id.model)?;
		let variant = model.variants.get(usize::from(id.index)).ok_or("no such variant")?;
		Ok(VariantTerms {
			royalties: self.royalties(model),
			units_per_item: variant.units_per_item,
			artifact: variant.artifact,
			agreement: variant.agreement,
		})
	}

	/// `t₀ = r`, `tᵢ₊₁ = ⌊dᵢ₊₁ · tᵢ⌋`, `rᵢ = tᵢ − tᵢ₊₁`, through four models at most; the lineage ends
	/// where nothing flows any more.
	fn royalties(&self, model: &Model<AccountId>) -> Royalties<AccountId> {
		let mut lineage = vec![model];
		let mut flows = vec![model.royalty.deconstruct()];
		while lineage.len() < MAX_LINEAGE as usize {
			let last = lineage[lineage.len() - 1];
			let Some(parent) = last.parent.and_then(|id| self.get(id).ok()) else { break };
			let flow = floor(parent.derivative_share, flows[flows.len() - 1].into()) as u32;
			if flow == 0 {
				break;
			}
			lineage.push(parent);
			flows.push(flow);
		}
		let royalties = lineage.iter().enumerate().map(|(place, model)| {
			let kept = flows[place] - flows.get(place + 1).copied().unwrap_or(0);
			Royalty { payee: model.author.clone(), share: Permill::from_parts(kept) }
		});
		royalties.collect::<Vec<_>>().try_into().expect("four at most")
	}
}

fn variant_is_fine(variant: &Variant, max_artifact: u64) -> bool {
	let agreement = match variant.agreement {
		Agreement::Exact => true,
		Agreement::Similar { max_distance, .. } => max_distance < FINGERPRINT_BITS / 2,
	};
	let size = variant.artifact.size;
	agreement
		&& variant.units_per_item.0 > 0
		&& size > 0
		&& size <= max_artifact
		&& variant.memory > 0
}

fn is_twin(a: &Variant, b: &Variant) -> bool {
	(a.precision, a.artifact.digest) == (b.precision, b.artifact.digest)
}

impl Oracle {
	pub(crate) fn publish(&mut self, who: &AccountId, new: &NewModel) -> Outcome {
		let max = self.rules.registry.max_artifact;
		let text = |label: &Label| std::str::from_utf8(label).is_ok();
		let named = !new.name.is_empty() && !new.task.is_empty();
		if !named || ![&new.name, &new.task, &new.licence].into_iter().all(text) {
			return Err("a label is empty or no text");
		}
		if new.royalty > self.rules.registry.max_royalty {
			return Err("royalty too high");
		}
		new.parent.map_or(Ok(()), |parent| self.registry.get(parent).map(drop))?;
		let variants = &new.variants;
		let twins =
			(1..variants.len()).any(|b| (0..b).any(|a| is_twin(&variants[a], &variants[b])));
		if variants.is_empty() || twins || !variants.iter().all(|v| variant_is_fine(v, max)) {
			return Err("variants are not fine");
		}
		let model = Model {
			author: who.clone(),
			managers: Default::default(),
			name: new.name.clone(),
			task: new.task.clone(),
			licence: new.licence.clone(),
			royalty: new.royalty,
			parent: new.parent,
			derivative_share: new.derivative_share,
			variants: variants.clone().try_into().expect("few variants"),
			published_at: self.now,
			deprecated: None,
			deposit: 0,
		};
		let id = ModelId(self.registry.models.len() as u32);
		self.store(id, model)
	}

	pub(crate) fn add_variant(
		&mut self,
		who: &AccountId,
		id: ModelId,
		variant: Variant,
	) -> Outcome {
		let mut model = self.managed(who, id)?;
		if !variant_is_fine(&variant, self.rules.registry.max_artifact)
			|| model.variants.iter().any(|other| is_twin(other, &variant))
			|| model.variants.len() == MAX_VARIANTS as usize
		{
			return Err("variant is not fine");
		}
		model.variants.try_push(variant).expect("there is room");
		self.store(id, model)
	}

	pub(crate) fn offer_transfer(
		&mut self,
		who: &AccountId,
		id: ModelId,
		to: Option<AccountId>,
	) -> Outcome {
		self.owned(who, id)?;
		match to {
			Some(to) if to == *who => Err("offered to its author"),
			Some(to) => {
				self.registry.offers.insert(id, to);
				Ok(())
			},
			None => self.registry.offers.remove(&id).map(drop).ok_or("no offer to take back"),
		}
	}

	pub(crate) fn accept_transfer(&mut self, who: &AccountId, id: ModelId) -> Outcome {
		let before = self.registry.get(id)?.clone();
		if self.registry.offers.get(&id) != Some(who) {
			return Err("not offered to the caller");
		}
		let mut model = before.clone();
		model.managers = Default::default();
		model.author = who.clone();
		model.deposit = 0;
		self.store(id, model)?;
		self.bank.release(&before.author, Purpose::Model, before.deposit);
		self.registry.offers.remove(&id);
		Ok(())
	}

	pub(crate) fn set_managers(
		&mut self,
		who: &AccountId,
		id: ModelId,
		managers: &[AccountId],
	) -> Outcome {
		let mut model = self.owned(who, id)?;
		let twice = (1..managers.len()).any(|b| managers[..b].contains(&managers[b]));
		if managers.contains(who) || twice {
			return Err("managers are not fine");
		}
		model.managers = managers.to_vec().try_into().map_err(|_| "too many managers")?;
		self.store(id, model)
	}

	pub(crate) fn deprecate(
		&mut self,
		who: &AccountId,
		id: ModelId,
		successor: Option<ModelId>,
	) -> Outcome {
		let mut model = self.managed(who, id)?;
		if let Some(successor) = successor {
			self.registry.get(successor)?;
			if successor == id {
				return Err("its own successor");
			}
		}
		let at = model.deprecated.map_or(self.now, |before| before.at);
		model.deprecated = Some(Deprecation { at, successor });
		self.store(id, model)
	}

	pub(crate) fn undeprecate(&mut self, who: &AccountId, id: ModelId) -> Outcome {
		let mut model = self.managed(who, id)?;
		model.deprecated.take().ok_or("not deprecated")?;
		self.store(id, model)
	}

	fn owned(&self, who: &AccountId, id: ModelId) -> Result<Model<AccountId>, &'static str> {
		let model = self.registry.get(id)?;
		(model.author == *who).then(|| model.clone()).ok_or("not the author")
	}

	fn managed(&self, who: &AccountId, id: ModelId) -> Result<Model<AccountId>, &'static str> {
		let model = self.registry.get(id)?;
		let may = model.author == *who || model.managers.contains(who);
		may.then(|| model.clone()).ok_or("neither author nor manager")
	}

	/// Makes the deposit what the record costs, and keeps the record.
	fn store(&mut self, id: ModelId, mut model: Model<AccountId>) -> Outcome {
		let rules = &self.rules.registry;
		let bytes = model.encode().len() as u128;
		let (before, after) = (model.deposit, rules.deposit_base + rules.deposit_per_byte * bytes);
		if after >= before {
			self.bank.hold(&model.author, Purpose::Model, after - before)?;
		} else {
			self.bank.release(&model.author, Purpose::Model, before - after);
		}
		model.deposit = after;
		match self.registry.models.get_mut(id.0 as usize) {
			Some(stored) => *stored = model,
			None => self.registry.models.push(model),
		}
		Ok(())
	}
}
