//! What the models of this crate have beside [`rhc_core::model!`].

/// The id that the service always sends, for those who need it and not an `Option`.
macro_rules! required {
    ($name:ident, $operation:literal { $($method:ident = $field:ident: $type:ty,)* }) => {
        impl $name {
            $(
                #[doc = concat!("The property `", stringify!($field), "`, which the service always sends unless `$select` leaves it out.")]
                ///
                /// # Errors
                /// [`ErrorKind::Decode`](rhc_core::ErrorKind::Decode) where the service did not send it.
                pub fn $method(&self) -> rhc_core::Result<$type> {
                    self.$field.clone().ok_or_else(|| {
                        rhc_core::Error::new(
                            rhc_core::ErrorKind::Decode,
                            $operation,
                            concat!("the service's answer has no `", stringify!($field), "`"),
                        )
                    })
                }
            )*
        }
    };
}
